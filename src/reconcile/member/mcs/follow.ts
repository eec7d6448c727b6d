import { multicluster } from '../../../api/groups.ts';
import { type McsVersion, mcsDefinitionNames, mcsServiceExportKind, mcsServiceImportKind } from '../../../api/mcs/kinds.ts';
import { createMirror, type Mirror, type MirrorOptions } from '../../../kubernetes/mirror.ts';
import { type ControllerOptions, createController } from '../../../loop/controller.ts';
import type { Clock } from '../../../values/clock.ts';
import type { KubernetesObject } from '../../../values/object.ts';
import { fieldManager, type LocalWorld } from '../cluster/local-world.ts';
import { mcsExports, namespaceIndex } from './exports.ts';
import { mcsImports } from './imports.ts';
import { type Served, whileServed } from './while-served.ts';

/** Keys that are reconciled at the same time. */
const concurrency = 4;

/**
 * Serves the Multi-Cluster Services API of Kubernetes (KEP-1645) beside our own kinds until the signal aborts: its exports become ours, and our imports
 * appear as its imports. It follows the two definitions, which anybody may have installed and may remove; without them it does nothing.
 */
export const followMcs = async (local: LocalWorld, clock: Clock, signal: AbortSignal): Promise<void> => {
  const { client, log, metrics } = local;
  const control = (one: Pick<ControllerOptions, 'name' | 'watches' | 'reconcile'>, during: AbortSignal): Promise<void> =>
    createController({ concurrency, ...one, log, metrics, clock }).run(during);
  /** Runs a mirror with the controller that it feeds. */
  const withMirror = async <T extends KubernetesObject>(
    options: Pick<MirrorOptions<T>, 'kind' | 'indexes'>,
    run: (mirror: Mirror<T>) => Promise<void>,
    during: AbortSignal,
  ): Promise<void> => {
    const name = `mcs-${options.kind.plural}`;
    const mirror = createMirror({ client, log, metrics, keepManager: fieldManager, ...options, name });
    await Promise.all([mirror.run(during), run(mirror)]);
    // Lost contact with objects whose definition is gone is no trouble.
    metrics.set('mirrorStale', { mirror: name }, 0);
  };
  const exporting = async (served: Served<McsVersion>, during: AbortSignal): Promise<void> => {
    if (served === 'unknown') return;
    if (served === 'absent') return control(mcsExports(local, clock, undefined, multicluster.versions[0]), during);
    const indexes = { [namespaceIndex]: ({ metadata }: KubernetesObject) => [metadata.namespace ?? ''] };
    await withMirror(
      { kind: mcsServiceExportKind(served), indexes },
      (mirror) => control(mcsExports(local, clock, mirror, served), during),
      during,
    );
  };
  const importing = async (served: Served<McsVersion>, during: AbortSignal): Promise<void> => {
    if (served === 'unknown' || served === 'absent') return;
    await withMirror({ kind: mcsServiceImportKind(served) }, (mirror) => control(mcsImports(local, clock, mirror, served), during), during);
  };
  const parts = { client, log, metrics, versions: multicluster.versions };
  await Promise.all([
    whileServed({ ...parts, definition: mcsDefinitionNames.exports, work: exporting }, signal),
    whileServed({ ...parts, definition: mcsDefinitionNames.imports, work: importing }, signal),
  ]);
};
