import { excludeLabel } from '../../../api/labels.ts';
import { memberNamespaces } from '../../../api/slice/type.ts';
import { isInSlice } from '../../../api/slicenode/type.ts';
import { didYouMean } from '../../../values/text/nearest.ts';
import { shellQuote } from '../../../values/text/shell-quote.ts';
import { exportFindings } from '../exports/exports.ts';
import { joinNamespace } from '../exports/slice-of-export.ts';
import { commandsFor } from '../finding.ts';
import { mostAlike } from '../likeness.ts';
import { podTrouble } from '../programs.ts';
import { ok } from './hop.ts';
import type { End, Hop, PathView } from './path-view.ts';

/** The slice of an end's pod, by its namespace. */
export const sliceOf = ({ pod, slices }: End) => slices.find(({ spec }) => memberNamespaces(spec).includes(pod?.metadata.namespace ?? ''));

/** The slice address of an end's pod. */
export const addressOf = (end: End): string | undefined => {
  const slice = sliceOf(end)?.metadata.name;
  return end.sliceNodes
    .filter(({ spec }) => spec.slice === slice)
    .map(({ status }) => status?.pods?.[end.pod?.metadata.uid ?? '']?.address)
    .find((address) => address !== undefined);
};

/** Whether the calling pod is in a slice. */
export const membership = ({ from }: PathView): Hop => {
  const { pod, asked, contexts } = from;
  const commands = commandsFor(contexts);
  const broken = (text: string, remedy: string, object = `pod ${asked}`): Hop => ({
    hop: 'membership',
    state: 'broken',
    text,
    object,
    remedy,
  });
  if (pod === undefined)
    return broken(
      `There is no pod ${asked} in context ${contexts.cluster}.${didYouMean(asked.split('/')[1] ?? '', from.otherPods ?? [])}`,
      commands.kubectl(asked.split('/')[0] ?? '', 'get pods'),
    );
  const { namespace = '', name, labels } = pod.metadata;
  const trouble = pod.status?.phase === 'Running' ? undefined : (podTrouble(pod) ?? pod.status?.phase);
  if (trouble !== undefined) return broken(`The pod does not run: ${trouble}.`, commands.kubectl(namespace, `describe pod ${name}`));
  if (pod.spec?.hostNetwork === true)
    return broken(
      'The pod uses the network of its node (hostNetwork), which no slice reaches; give it a network of its own.',
      commands.kubectl(namespace, `describe pod ${name}`),
    );
  if (labels?.[excludeLabel] === 'true')
    return broken(
      `The pod is kept out of its slice by label ${excludeLabel}.`,
      commands.kubectl(namespace, `label pod ${name} ${excludeLabel}-`),
    );
  const slice = sliceOf(from);
  if (slice === undefined) {
    const [first] = from.slices;
    return broken(
      `Namespace ${namespace} is in no slice of this cluster${first === undefined ? '' : `; there is ${from.slices.map(({ metadata }) => metadata.name).join(', ')}`}.`,
      first === undefined
        ? commands.hubKubectl('default', 'get slices')
        : commands.hubKubectl('default', joinNamespace(first.metadata.name, memberNamespaces(first.spec), namespace)),
      `namespace ${namespace}`,
    );
  }
  const address = addressOf(from);
  const place = from.sliceNodes.find(({ spec }) => spec.slice === slice.metadata.name && spec.node === pod.spec?.nodeName);
  if (address === undefined && place !== undefined && !isInSlice(place))
    return broken(
      `The pod is in slice ${slice.metadata.name}, but its node ${place.spec.node} is not in the slice yet: the worker of this cluster puts a node into a slice when a pod of it is scheduled there.`,
      commands.kubectl('kubeslice-system', 'get pods -l app.kubernetes.io/component=worker'),
    );
  if (address === undefined)
    return broken(
      `The pod is in slice ${slice.metadata.name} but has no address in it: its node's agent has not attached it.`,
      from.agent === undefined
        ? commands.kubectl('kubeslice-system', 'get pods -o wide')
        : commands.kubectl('kubeslice-system', `delete pod ${from.agent}`),
    );
  return ok('membership', `pod ${asked} is in slice ${slice.metadata.name} with address ${address}`);
};

/** Whether the service is offered, by its own cluster if a context is available, else by the knowledge of this cluster. */
export const exported = (view: PathView): Hop => {
  const { service, from } = view;
  if (service === undefined) return ok('export', 'a pod is called by its address; that needs no export');
  const { namespace, name, exporter } = service;
  const object = `ServiceExport ${namespace}/${name}`;
  const found = exporter?.exports.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const slice = sliceOf(from)?.metadata.name ?? 'SLICE';
  if (exporter !== undefined && found === undefined && service.import === undefined) {
    const manifest = JSON.stringify({
      apiVersion: 'networking.kubeslice.io/v1beta1',
      kind: 'ServiceExport',
      metadata: { namespace, name },
      spec: { slice },
    });
    return {
      hop: 'export',
      state: 'broken',
      object,
      text: `No cluster offers ${namespace}/${name}: there is no ${object} in context ${exporter.contexts.cluster}.`,
      remedy: `echo ${shellQuote(manifest)} | ${commandsFor(exporter.contexts).kubectl('', 'apply -f -')}`,
    };
  }
  if (exporter !== undefined && found !== undefined) {
    const [finding] = exportFindings({ ...exporter, exports: [found] });
    if (finding !== undefined)
      return {
        hop: 'export',
        state: 'broken',
        object,
        text: `${finding.cause} (${finding.evidence})`,
        ...(finding.remedy === undefined ? {} : { remedy: finding.remedy }),
        ...(finding.advice === undefined ? {} : { advice: finding.advice }),
      };
    // A pod in no slice was reported before.
    if (sliceOf(from) !== undefined && found.spec.slice !== slice)
      return {
        hop: 'export',
        state: 'broken',
        object,
        text: `It is offered to slice ${found.spec.slice}, and the pod that calls is in slice ${slice}.`,
        remedy: commandsFor(exporter.contexts).kubectl(
          namespace,
          `patch serviceexport.networking.kubeslice.io ${name} --type merge -p '{"spec":{"slice":"${slice}"}}'`,
        ),
      };
  }
  if (service.import === undefined) {
    const alike = mostAlike(`${namespace}/${name}`, service.known);
    return {
      hop: 'export',
      state: 'broken',
      object: `ServiceImport ${namespace}/${name}`,
      text: `No cluster offers ${namespace}/${name} to this one${alike === undefined ? '' : `; there is ${alike}`}.`,
      remedy: commandsFor(from.contexts).kubectl('', 'get serviceimports.networking.kubeslice.io -A'),
      advice: 'name the context of the cluster that should offer it with --to-context',
    };
  }
  if ((service.import.status?.availableEndpoints ?? 0) === 0 && service.withheld > 0)
    return ok(
      'export',
      `${namespace}/${name} is offered with ${service.withheld} ready endpoints, whose nodes are not reached from here now`,
    );
  if ((service.import.status?.availableEndpoints ?? 0) === 0)
    return {
      hop: 'export',
      state: 'broken',
      object,
      text: `The service is known, and no pod behind it is ready in any cluster.`,
      remedy: commandsFor(from.contexts).kubectl(namespace, `describe serviceimport.networking.kubeslice.io ${name}`),
      advice: 'name the context of the cluster that offers it with --to-context',
    };
  return ok('export', `${namespace}/${name} is offered with ${service.import.status?.availableEndpoints ?? 0} ready endpoints`);
};

/** Whether the pod can resolve the name. */
export const named = (view: PathView): Hop => {
  const { service, probe, from } = view;
  if (service === undefined) return ok('name', 'no name was given');
  const [answer] = probe?.answers ?? [];
  if (answer === undefined) return { hop: 'name', state: 'unknown', text: 'no query could be sent from the pod' };
  const servers = probe?.servers.join(', ') ?? '';
  const commands = commandsFor(from.contexts);
  const remedy = `kubeslice doctor --context ${shellQuote(from.contexts.cluster)}`;
  if (answer.outcome !== 'answered')
    return { hop: 'name', state: 'broken', object: 'cluster DNS', text: `The DNS servers of the pod (${servers}) give no answer.`, remedy };
  if ((answer.addresses ?? []).length === 0)
    return {
      hop: 'name',
      state: 'broken',
      object: `name ${service.dnsName}`,
      text: `The DNS servers of the pod (${servers}) answer that ${service.dnsName} has no address: either cluster DNS does not forward slice.local, or no endpoint is reachable.`,
      remedy,
      advice: commands.kubectl('kube-system', 'get configmap coredns -o yaml'),
    };
  return ok('name', `${service.dnsName} is answered with ${(answer.addresses ?? []).slice(0, 4).join(', ')} in ${answer.ms} ms`);
};
