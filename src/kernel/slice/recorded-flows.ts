import { failureOf, type Run } from '../../host/run.ts';
import type { CountedFlow, CrowdedCaller, DeniedFlows } from '../../plan/flows/counted-flow.ts';
import type { AccessProtocol } from '../../plan/policy/access.ts';
import { inNetns, netnsPath } from '../netns.ts';
import { accessTable, deniedSets } from './access.ts';

/** An element of a set that packets fill, in the JSON listing, see libnftables-json(5). */
interface RecordedElement {
  readonly elem?: {
    readonly val: string | { readonly concat: readonly (string | number)[] };
    /** Seconds until it is forgotten. */
    readonly expires?: number;
    readonly counter?: { readonly packets: number };
  };
}

interface Recorded {
  /** The parts of the key. */
  readonly key: readonly (string | number)[];
  readonly packets: number;
  readonly age: number;
}

/** Protocols with ports, as nft names them, and by their numbers (IANA): nft takes the names from /etc/protocols, which an image may lack. */
const protocols: Readonly<Record<string, AccessProtocol>> = { tcp: 'TCP', 6: 'TCP', udp: 'UDP', 17: 'UDP', sctp: 'SCTP', 132: 'SCTP' };

/** The lower half of the mark of a tracked flow is the port of the called pod. */
const portBits = 0xffff;

const recordedIn = (json: string): Recorded[] => {
  type Listing = {
    readonly nftables: readonly { readonly set?: { readonly timeout?: number; readonly elem?: readonly RecordedElement[] } }[];
  };
  const set = (JSON.parse(json) as Listing).nftables.find((item) => item.set !== undefined)?.set;
  const { timeout = 0, elem = [] } = set ?? {};
  return elem.flatMap((element) => {
    if (element.elem === undefined) return [];
    const { val, expires = timeout, counter } = element.elem;
    return [{ key: typeof val === 'string' ? [val] : val.concat, packets: counter?.packets ?? 0, age: Math.max(0, timeout - expires) }];
  });
};

/** The flows in the JSON listing of a set whose key is source, destination, protocol and, unless it has no ports, port or mark. */
export const flowsIn = (json: string): CountedFlow[] =>
  recordedIn(json).map(({ key: [source, destination, protocol, port = 0], packets, age }) => {
    const known = protocols[String(protocol)];
    return {
      source: String(source),
      destination: String(destination),
      protocol: known ?? 'Other',
      port: known === undefined ? 0 : Number(port) & portBits,
      packets,
      age,
    };
  });

/** The callers in the JSON listing of a set of addresses. */
export const callersIn = (json: string): CrowdedCaller[] =>
  recordedIn(json).map(({ key: [source], packets, age }) => ({ source: String(source), packets, age }));

/** The JSON listing of a set in the namespace of a slice; undefined when there is none. */
export const listSet = async (run: Run, netns: string, table: string, set: string, signal: AbortSignal): Promise<string | undefined> => {
  const { code, stdout } = await run(inNetns(netnsPath(netns), ['nft', '-j', 'list', 'set', 'inet', table, set]), { signal });
  return code === 0 ? stdout : undefined;
};

/** What the policies of a slice denied on this node in the last quarter of an hour; undefined without policies. It changes nothing. */
export const deniedFlows = async (run: Run, netns: string, signal: AbortSignal): Promise<DeniedFlows | undefined> => {
  const list = (set: string) => listSet(run, netns, accessTable, set, signal);
  const [flows, strays, callers] = await Promise.all([list(deniedSets.flows), list(deniedSets.strays), list(deniedSets.callers)]);
  if (flows === undefined || strays === undefined || callers === undefined) return undefined;
  return { flows: flowsIn(flows), strays: flowsIn(strays), crowded: callersIn(callers) };
};

/** The packets in the JSON listing of a counter. */
export const packetsOf = async (run: Run, netns: string, table: string, counter: string, signal: AbortSignal): Promise<number> => {
  const argv = inNetns(netnsPath(netns), ['nft', '-j', 'list', 'counter', 'inet', table, counter]);
  const result = await run(argv, { signal });
  if (result.code !== 0) throw failureOf(argv, result);
  const { nftables } = JSON.parse(result.stdout) as { nftables: readonly { readonly counter?: { readonly packets: number } }[] };
  return nftables.find((item) => item.counter !== undefined)?.counter?.packets ?? 0;
};
