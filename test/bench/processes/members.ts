import { sliceNodeKind, slicePeerKind } from '../../../src/api/kinds.ts';
import { isInSlice } from '../../../src/api/slicenode/type.ts';
import type { AuthorityFiles } from '../../../src/identity/authority.ts';
import { endpointSliceKind, nodeKind } from '../../../src/kubernetes/kinds.ts';
import { systemClock } from '../../../src/values/clock.ts';
import { Failure } from '../../../src/values/failure.ts';
import { type HubOfMember, type Member, putNode, removeResident, startMember } from '../../clusters/member.ts';
import { nodesOf, putExport, putPod, removeExport, simulateAgents } from '../simulated-member.ts';
import { readSettings, serveCommands, standardInput } from './serve-commands.ts';

/* Several members, each a worker with a fake API server of its own. What is done, the first of them does. Ends with its standard input. */

interface Settings {
  readonly nodes: number;
  /** On how many of them the slice has a pod. */
  readonly used: number;
  readonly members: readonly { readonly name: string; readonly hub: HubOfMember; readonly authority: AuthorityFiles }[];
}

const noTunnels = (): Promise<never> => Promise.reject(new Failure('Unavailable', 'Nobody makes tunnels here.'));
const lines = standardInput();
const { nodes, used, members: settings } = await readSettings<Settings>(lines);
const members: Member[] = [];
for (const { name, hub, authority } of settings) {
  const member = await startMember(hub, authority, systemClock, name, nodesOf(nodes), { askHeads: noTunnels });
  for (const node of nodesOf(nodes).slice(used)) removeResident(member.api, node);
  members.push(member);
}
const [first] = members;
if (first === undefined) throw new Error('there are no members');
const agents = setInterval(() => {
  for (const { api, name } of members) simulateAgents(api, name);
}, 1_000);

/** How many members have an endpoint in this state. */
const withEndpoint = (ready: boolean): number =>
  members.filter(({ api }) =>
    api
      .objects(endpointSliceKind)
      .some(({ endpoints }) => (endpoints ?? []).some(({ conditions }) => (conditions?.ready !== false) === ready)),
  ).length;

await serveCommands(lines, {
  known: () => ({
    nodes: members.reduce((sum, { api }) => sum + api.objects(sliceNodeKind).filter(isInSlice).length, 0),
    peers: members.map(({ api }) => api.objects(slicePeerKind).length),
  }),
  endpoints: () => ({
    ready: withEndpoint(true),
    notReady: withEndpoint(false),
    none: members.filter(({ api }) => api.objects(endpointSliceKind).length === 0).length,
  }),
  pod: (name, ready) => putPod(first.api, name, ready === 'true'),
  export: (name) => putExport(first.api, name),
  unexport: (name) => removeExport(first.api, name),
  node: (name) => putNode(first.api, first.name, name, nodes),
  unnode: (name) => first.api.remove(nodeKind, { name: name }),
  restart: async () => {
    await first.stop();
    first.start();
  },
});
clearInterval(agents);
for (const member of members) {
  await member.stop();
  await member.api.stop();
}
process.exit(0);
