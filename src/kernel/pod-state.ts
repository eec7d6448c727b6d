import { podInterface } from '../values/pod-interface.ts';
import { lastResortMetric } from './expected.ts';
import { inNetns } from './netns.ts';
import { failureOf, type Run } from './run.ts';
import { jsonDocuments, type LinkJson, type NamespaceState, type NeighbourJson, type RouteJson, stateOf } from './slice-state.ts';

/**
 * What `ip` is asked about a pod: the slice's own things, and nothing that the pod's own network can make large. A pod that speaks BGP holds a
 * million routes. `dev` and `proto` select in the kernel, the rest selects in `ip`; either way nothing else is printed. `boot` is what `ip route`
 * itself notes as the origin of a route.
 */
const podQueries = (subnet: string): string =>
  [
    `addr show dev ${podInterface}`,
    `route show table main exact ${subnet} dev ${podInterface}`,
    `route show table main exact ${subnet} proto boot type unreachable metric ${lastResortMetric}`,
    `neigh show dev ${podInterface} nud permanent`,
    '',
  ].join('\n');

/** What `ip` says, in a batch, of an interface that is not there: addr, route and neigh each have words of their own. */
const noInterface = new RegExp(`Device "${podInterface}" does not exist|Cannot find device "${podInterface}"`);

const nothing: NamespaceState = { links: new Map(), routes: new Set(), neighbours: new Set() };

/**
 * Reads the slice's part of a pod, in one process: the slice interface, the routes of the slice's subnet and the permanent neighbours of that
 * interface. Empty when the pod has no such interface.
 *
 * @param path of the pod's network namespace
 */
export const observePod = async (run: Run, path: string, subnet: string, signal: AbortSignal): Promise<NamespaceState> => {
  const argv = inNetns(path, ['ip', '-j', '-d', '-batch', '-']);
  const result = await run(argv, { signal, input: podQueries(subnet) });
  if (result.code === 0) return parsePod(result.stdout);
  if (noInterface.test(result.stderr)) return nothing;
  throw failureOf(argv, result);
};

/** State from the four JSON documents that {@link observePod} asks for. What was asked for by name (`dev`, `metric`) `ip` leaves out. */
export const parsePod = (output: string): NamespaceState => {
  const [links = [], routes = [], lastResort = [], neighbours = []] = jsonDocuments(output);
  return stateOf(
    links as LinkJson[],
    [
      ...(routes as RouteJson[]).map((route) => ({ ...route, dev: podInterface })),
      ...(lastResort as RouteJson[]).map((route) => ({ ...route, metric: lastResortMetric })),
    ],
    (neighbours as NeighbourJson[]).map((neighbour) => ({ ...neighbour, dev: podInterface })),
  );
};
