import type { Client } from '../../kubernetes/client.ts';
import { type DaemonSet, type Deployment, daemonSetKind, deploymentKind } from '../../kubernetes/kinds.ts';
import { Failure } from '../../values/failure.ts';
import type { KubernetesObject } from '../../values/object.ts';
import { shellQuote } from '../../values/text/shell-quote.ts';
import { type Part, placeOfPart } from './parts.ts';

/** The Helm release of an installed part. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
}

/** The release in Helm's annotations of an object; undefined when another tool installed the object. */
export const releaseOf = ({ metadata }: Pick<KubernetesObject, 'metadata'>): HelmRelease | undefined => {
  const name = metadata.annotations?.['meta.helm.sh/release-name'];
  const namespace = metadata.annotations?.['meta.helm.sh/release-namespace'] ?? metadata.namespace;
  return name === undefined || namespace === undefined ? undefined : { name, namespace };
};

/** The release of an installed part, if Helm installed it. */
export const findRelease = async (client: Client, part: Part, signal: AbortSignal): Promise<HelmRelease | undefined> => {
  const target = placeOfPart(part);
  const found: Deployment | DaemonSet | undefined =
    part === 'hub' ? await client.find(deploymentKind, target, { signal }) : await client.find(daemonSetKind, target, { signal });
  return found === undefined ? undefined : releaseOf(found);
};

/** The helm command that changes a release and keeps its other values. */
export const upgradeCommand = ({ name, namespace }: HelmRelease, context: string, image?: string): string => {
  const at = image?.lastIndexOf(':') ?? -1;
  const set =
    image === undefined || image.includes('@')
      ? ''
      : at > image.lastIndexOf('/')
        ? ` --set image.repository=${image.slice(0, at)},image.tag=${image.slice(at + 1)}`
        : ` --set image.repository=${image}`;
  return `helm --kube-context ${shellQuote(context)} -n ${namespace} upgrade ${name} CHART --reset-then-reuse-values${set}`;
};

/** The refusal to install over a release, whose values the command line does not know. */
export const belongsToHelm = (what: string, release: HelmRelease, context: string, image?: string): Failure =>
  new Failure(
    'InvalidInput',
    `${what} in context "${context}" is release "${release.name}" of Helm, and installing over it would undo its values; change it with "${upgradeCommand(release, context, image)}".`,
  );
