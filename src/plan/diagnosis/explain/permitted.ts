import type { AccessPolicy } from '../../../api/accesspolicy/type.ts';
import { memberNamespaces, type Slice } from '../../../api/slice/type.ts';
import type { Pod } from '../../../values/builtin/pod.ts';
import { Failure } from '../../../values/failure.ts';
import { grantedAccess, sliceAccessOf } from '../../facts/access-facts.ts';
import { ownCluster } from '../../facts/own-cluster.ts';
import { type AccessProtocol, accessProtocols, type SliceAccess } from '../../policy/access.ts';
import { type Flow, type FlowVerdict, judgeFlow } from '../../policy/judge.ts';
import type { Known } from '../../policy/match.ts';
import { labelKeys } from '../../policy/stated-identities.ts';
import { commandsFor } from '../finding.ts';
import { sliceOf } from './ends.ts';
import { ok, unknown } from './hop.ts';
import type { End, Hop, PathView } from './path-view.ts';

/** The policies that the nodes of an end enforce; undefined when there are none. */
const accessAt = ({ accessPolicies = [] }: End, slice: Slice): SliceAccess | undefined => {
  const cluster = ownCluster(slice);
  const namespaces = memberNamespaces(slice.spec);
  const inSlice = ({ metadata, spec }: AccessPolicy): boolean =>
    spec.slice === slice.metadata.name && namespaces.includes(metadata.namespace ?? '');
  return cluster === undefined ? undefined : sliceAccessOf(cluster, grantedAccess(slice), accessPolicies.filter(inSlice));
};

/** A pod as its own cluster knows it. */
const knownPod = (cluster: string | undefined, { metadata, spec }: Pod): Known => ({
  cluster,
  identity: { namespace: metadata.namespace ?? '', serviceAccount: spec?.serviceAccountName ?? '', labels: metadata.labels ?? {} },
});

/** A pod as other clusters know it: by what its own states, in slices with policies on the hub. */
const statedPod = (slice: Slice, known: Known): Known => {
  const access = grantedAccess(slice);
  if (access === undefined || known.identity === undefined) return { cluster: known.cluster, identity: undefined };
  return { ...known, identity: { ...known.identity, labelKeys: labelKeys(access) } };
};

const protocolOf = (text: string | undefined): AccessProtocol | 'Other' => accessProtocols.find((one) => one === text) ?? 'Other';

/** A judgement at one end. */
interface Judgement {
  readonly end: End;
  readonly access: SliceAccess;
  readonly verdict: FlowVerdict;
}

/** What the nodes of both ends decide about a call from one pod to the other; undefined where one of them is not known. Throws `InvalidInput`. */
const judgements = (from: End, to: End | undefined, call: Pick<Flow, 'protocol' | 'port'>): Judgement[] | undefined => {
  const [slice, there] = [sliceOf(from), to === undefined ? undefined : sliceOf(to)];
  if (from.pod === undefined || slice === undefined || to?.pod === undefined || there === undefined) return undefined;
  const [source, destination] = [knownPod(ownCluster(slice), from.pod), knownPod(ownCluster(there), to.pod)];
  const isSame = source.cluster === destination.cluster;
  const judge = (end: End, access: SliceAccess | undefined, flow: Flow): Judgement[] =>
    access === undefined ? [] : [{ end, access, verdict: judgeFlow(access, flow) }];
  return [
    ...judge(from, accessAt(from, slice), { ...call, source, destination: isSame ? destination : statedPod(there, destination) }),
    ...judge(to, accessAt(to, there), { ...call, source: isSame ? source : statedPod(slice, source), destination }),
  ];
};

/** Whether the policies at both ends let the pod call, and which one does not. */
export const permitted = ({ from, to, port }: PathView): Hop => {
  if (from.accessPolicies === undefined || (to !== undefined && to.accessPolicies === undefined))
    return unknown('policy', 'policies cannot be read');
  try {
    const judged = judgements(from, to, { protocol: protocolOf(port?.protocol), port: port?.targetPort ?? 0 });
    if (judged === undefined) return unknown('policy', 'both pods must be known to judge their call by policies');
    const [first] = judged;
    if (first === undefined) return ok('policy', 'there are no policies, so everybody may call');
    const denying = judged.find(({ verdict }) => !verdict.allowed);
    if (denying !== undefined) return denied(denying);
    const allowing = judged.findLast(({ verdict }) => verdict.policy !== undefined)?.verdict.policy;
    return ok('policy', allowing === undefined ? 'no policy denies it' : `policy ${JSON.stringify(allowing)} allows it`);
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) return unknown('policy', error.message);
    throw error;
  }
};

/** Whether policies drop the echo requests with which a step is tested, so that it shows nothing. */
export const isSilenced = (from: End, to: End | undefined): boolean => {
  try {
    return judgements(from, to, { protocol: 'Other', port: 0 })?.some(({ verdict }) => !verdict.allowed) === true;
  } catch (error) {
    if (Failure.is(error, 'InvalidInput')) return false;
    throw error;
  }
};

const denied = ({ verdict: { policy, scope }, access, end }: Judgement): Hop => {
  const commands = commandsFor(end.contexts);
  const slice = sliceOf(end)?.metadata.name ?? '';
  const where = end.contexts.cluster;
  if (policy === undefined)
    return {
      hop: 'policy',
      state: 'broken',
      object: `slice ${slice}`,
      text: `The slice denies by default, and no policy that ${where} knows allows this call.`,
      remedy: commands.hubKubectl('default', 'get accesspolicies -o wide'),
    };
  const isDenial = access.policies.find((one) => one.scope === scope && one.name === policy)?.action === 'Deny';
  const [namespace = '', name = ''] = scope === 'owner' ? policy.split('/') : ['default', policy];
  return {
    hop: 'policy',
    state: 'broken',
    object: `AccessPolicy ${policy}`,
    text: isDenial
      ? `Policy ${JSON.stringify(policy)} denies this call, as ${where} knows both pods.`
      : `Policy ${JSON.stringify(policy)} closes the called pod to all whom no policy allows, and none that ${where} knows allows this call.`,
    remedy:
      scope === 'owner'
        ? commands.kubectl(namespace, `describe accesspolicy ${name}`)
        : commands.hubKubectl(namespace, `describe accesspolicy ${name}`),
  };
};
