import type { SliceNode } from '../../../api/slicenode/type.ts';
import type { Commands } from '../finding.ts';
import type { NodeFacts } from '../node-facts.ts';

/** One node, with all inputs of its findings. */
export interface AskedNode {
  readonly facts: NodeFacts;
  readonly commands: Commands;
  /** Name of the agent's pod on it. */
  readonly agent: string | undefined;
  readonly sliceNodes: readonly SliceNode[];
}

/** A remedy by a command on the node: executed through the agent where possible. */
export const onNode = ({ agent, commands }: AskedNode, command: string): { remedy: string } | { advice: string } =>
  agent === undefined ? { advice: `run on the node: ${command}` } : { remedy: commands.inAgent(agent, command) };
