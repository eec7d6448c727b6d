import type { ServiceExport } from '../../../api/serviceexport/type.ts';
import { memberNamespaces } from '../../../api/slice/type.ts';
import { shellQuote } from '../../../values/text/shell-quote.ts';
import type { ClusterView } from '../cluster-view.ts';
import { commandsFor } from '../finding.ts';
import { mostAlike } from '../likeness.ts';
import type { ExportRemedy } from './export-remedy.ts';

/**
 * Arguments of kubectl that make a namespace a member of a slice. On the hub either field may hold the members, and the one that is set here takes
 * precedence.
 */
export const joinNamespace = (slice: string, members: readonly string[], namespace: string): string => {
  const patch = { spec: { namespaceIsolationProfile: { applicationNamespaces: [...new Set([...members, namespace])].toSorted() } } };
  return `patch slice ${slice} --type merge -p ${shellQuote(JSON.stringify(patch))}`;
};

/** For an export in a namespace outside of its slice. */
export const namespaceNotInSlice = (view: ClusterView, exported: ServiceExport): ExportRemedy => {
  const { namespace = '' } = exported.metadata;
  const { slice } = exported.spec;
  const commands = commandsFor(view.contexts);
  const found = view.slices.find(({ metadata }) => metadata.name === slice);
  const members = found === undefined ? [] : memberNamespaces(found.spec);
  return {
    cause: `Namespace ${namespace} is not in slice ${slice}, so its pods have no addresses in it and its services cannot be offered.`,
    evidence: `the slice has ${members.join(', ') || 'no namespace'}`,
    remedy: commands.hubKubectl('default', joinNamespace(slice, members, namespace)),
  };
};

/** For an export to a slice that does not exist: an existing one with a similar name. */
export const sliceNotFound = (view: ClusterView, { metadata, spec }: ServiceExport): ExportRemedy => {
  const commands = commandsFor(view.contexts);
  const alike = mostAlike(
    spec.slice,
    view.slices.map((slice) => slice.metadata.name),
  );
  const patch = shellQuote(JSON.stringify({ spec: { slice: alike } }));
  return alike === undefined
    ? { remedy: commands.hubKubectl('default', 'get slices') }
    : {
        evidence: `slices here: ${view.slices.map((slice) => slice.metadata.name).join(', ')}`,
        remedy: commands.kubectl(
          metadata.namespace ?? '',
          `patch serviceexport.networking.kubeslice.io ${metadata.name} --type merge -p ${patch}`,
        ),
      };
};
