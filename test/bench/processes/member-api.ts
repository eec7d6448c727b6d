import { sliceNodeKind, slicePeerKind } from '../../../src/api/kinds.ts';
import type { AuthorityFiles } from '../../../src/identity/authority.ts';
import { endpointSliceKind } from '../../../src/kubernetes/kinds.ts';
import { type HubOfMember, makeMemberApi } from '../../clusters/member.ts';
import { nodesOf, putExport, putPod, removeExport, simulateAgents } from '../simulated-member.ts';
import { readSettings, serveCommands, standardInput } from './serve-commands.ts';

/* The API server of a member, a fake one, with what agents would write there. Ends with its standard input. */

interface Settings {
  readonly hub: HubOfMember;
  readonly authority: AuthorityFiles;
  readonly name: string;
  readonly nodes: number;
}

const lines = standardInput();
const { hub, authority, name, nodes } = await readSettings<Settings>(lines);
const api = await makeMemberApi(hub, authority, name, nodesOf(nodes));
const agents = setInterval(() => simulateAgents(api, name), 1_000);
await serveCommands(lines, {
  address: () => api.connection.server,
  known: () => ({ nodes: api.objects(sliceNodeKind).length, peers: api.objects(slicePeerKind).length }),
  slices: () => api.objects(endpointSliceKind).length,
  pod: (pod) => putPod(api, pod, true),
  export: (service) => putExport(api, service),
  unexport: (service) => removeExport(api, service),
});
clearInterval(agents);
await api.stop();
