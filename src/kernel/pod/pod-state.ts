import { failureOf, type Run } from '../../host/run.ts';
import { podInterface } from '../../values/pod-interface.ts';
import { inNetns } from '../netns.ts';
import { jsonDocuments, type LinkJson, type NamespaceState, type NeighbourJson, type RouteJson, stateOf } from '../slice/slice-state.ts';
import { guardDigest, listGuard } from './pod-guard.ts';

/**
 * The commands read only the slice's own entries, never anything that the pod's own network can make large: a pod that speaks BGP holds a million
 * routes. `boot` is the origin that `ip route` itself records for a route; the kernel selects by it, and `ip` prints the routes of this subnet.
 * Routes are not part of the batch, because in a batch `ip` does not let the kernel select, which takes six times as long.
 */
const batch = `addr show dev ${podInterface}\nneigh show dev ${podInterface} nud permanent\n`;
const script = `ip -j -d -batch - && ip -j -d route show table main exact "$1" proto boot && { ${listGuard} 2>/dev/null || true; }`;

/** What `ip` prints for a missing interface: the first when it lists addresses, the second when the interface disappears during the call. */
const noInterface = new RegExp(`Device "${podInterface}" does not exist|Cannot find device "${podInterface}"`);

/** The slice's part of a pod. */
export interface PodState extends NamespaceState {
  /** Digest of the guard's rules, see `pod-guard.ts`; undefined when there are none. */
  readonly guard: string | undefined;
}

const nothing: PodState = { links: new Map(), routes: new Set(), neighbours: new Set(), guard: undefined };

/**
 * Reads the slice's part of a pod, with three commands: the slice interface, the routes to the slice's subnet, the permanent neighbours of that
 * interface, and the guard. Empty when the pod has no such interface.
 *
 * @param path of the pod's network namespace
 */
export const observePod = async (run: Run, path: string, subnet: string, signal: AbortSignal): Promise<PodState> => {
  const argv = inNetns(path, ['sh', '-c', script, 'sh', subnet]);
  const result = await run(argv, { signal, input: batch });
  if (result.code === 0) return parsePod(result.stdout);
  if (noInterface.test(result.stderr)) return nothing;
  throw failureOf(argv, result);
};

/** State from the JSON documents of {@link observePod}. `ip` does not repeat the name of an interface that was requested by name. */
const parsePod = (output: string): PodState => {
  const [links = [], neighbours = [], routes = []] = jsonDocuments(output);
  const table = output.split('\n').find((line) => line.startsWith('{'));
  const state = stateOf(
    links as LinkJson[],
    routes as RouteJson[],
    (neighbours as NeighbourJson[]).map((neighbour) => ({ ...neighbour, dev: podInterface })),
  );
  return { ...state, guard: guardDigest(table) };
};
