import { commandsFor } from '../finding.ts';
import type { PathAnswer } from '../probe-report.ts';
import type { End, Hop } from './path-view.ts';

/** A step that works. */
export const ok = (hop: Hop['hop'], text: string): Hop => ({ hop, state: 'ok', text });
/** A step that could not be tested. */
export const unknown = (hop: Hop['hop'], text: string): Hop => ({ hop, state: 'unknown', text });

/** The command that restarts the agent of an end's node. */
export const restartAgent = ({ contexts, agent }: End): string => commandsFor(contexts).restartAgent(agent);

/** How many packets were answered. */
export const counts = ({ sent, answered }: PathAnswer['target']): string => `${answered} of ${sent}`;
