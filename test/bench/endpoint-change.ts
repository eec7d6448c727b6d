import { serviceExportKind } from '../../src/api/kinds.ts';
import { type EndpointSlice, endpointSliceKind, type Pod, podKind } from '../../src/kubernetes/kinds.ts';
import { distribution } from './figure.ts';
import { floorTitle, openFloor } from './floor.ts';
import type { Item } from './item.ts';
import { isReady, pod, remove, serviceExport } from './workload.ts';

const app = 'changing';

/**
 * A pod behind an export becomes Ready, stops being Ready, or is deleted: from the moment at which its own API server tells of it to the
 * moment at which that of the other cluster does. How soon the kubelet notices is not in it.
 */
export const endpointChange: Item = {
  name: 'endpoint-change',
  title: 'Pod to endpoint elsewhere',
  measure: async (bed) => {
    const { signal } = bed;
    const { namespace, slice, east } = await bed.scene();
    const endpoints = await bed.follow<EndpointSlice>(bed.west, { kind: endpointSliceKind, namespace });
    const pods = await bed.follow<Pod>(bed.east, { kind: podKind, namespace });
    await remove(bed.east, serviceExportKind, { namespace, name: app }, { signal });
    await bed.east.create(serviceExportKind, serviceExport(namespace, app, slice, app), { signal });
    const used =
      (name: string) =>
      (all: readonly EndpointSlice[]): boolean =>
        all.some((each) =>
          (each.endpoints ?? []).some(({ targetRef, conditions }) => targetRef?.name === name && conditions?.ready !== false),
        );
    const unused =
      (name: string) =>
      (all: readonly EndpointSlice[]): boolean =>
        !used(name)(all);
    const ready =
      (name: string) =>
      (all: readonly Pod[]): boolean =>
        all.some((each) => each.metadata.name === name && isReady(each));
    const floor = await openFloor(bed);
    const times = { floor: [] as number[], added: [] as number[], notReady: [] as number[], deleted: [] as number[] };
    for (let round = 0; round < bed.rounds(30); round += 1) {
      const name = `changing-${round}`;
      const probe = { exec: { command: ['test', '-e', '/tmp/ready'] }, periodSeconds: 1, failureThreshold: 1 };
      const wanted = pod(namespace, name, { nodeName: east.node }, { readinessProbe: probe });
      await bed.east.create(podKind, { ...wanted, metadata: { ...wanted.metadata, labels: { app } } }, { signal });
      await pods.when(`pod ${name} runs`, (all) => all.some((each) => each.metadata.name === name && each.status?.phase === 'Running'));
      const shell = bed.shell('east', namespace, name);
      /** Does something that changes readiness; the time between the two API servers' telling of it. */
      const lag = async (
        act: string,
        here: (all: readonly Pod[]) => boolean,
        there: (all: readonly EndpointSlice[]) => boolean,
      ): Promise<number> => {
        const [changed, seen] = [pods.when(`${act} in east`, here), endpoints.when(`${act} in west`, there)];
        await shell.run(act);
        return (await seen) - (await changed);
      };
      times.added.push(await lag('touch /tmp/ready', ready(name), used(name)));
      times.notReady.push(await lag('rm /tmp/ready', (all) => !ready(name)(all), unused(name)));
      times.added.push(await lag('touch /tmp/ready', ready(name), used(name)));
      shell.close();
      const gone = endpoints.when(`pod ${name} is gone in west`, unused(name));
      const deletedAt = performance.now();
      await bed.east.delete(podKind, { namespace, name }, { signal, gracePeriodSeconds: 0 });
      times.deleted.push((await gone) - deletedAt);
      times.floor.push(await floor.measure());
    }
    await bed.east.delete(serviceExportKind, { namespace, name: app }, { signal });
    const baseline = { what: floorTitle, measured: distribution(times.floor) };
    const budget = [{ of: 'p99', limit: 300 }] as const;
    return {
      figures: [
        {
          what: 'pod Ready → endpoint in the other cluster',
          unit: 'ms',
          better: 'lower',
          measured: distribution(times.added),
          baseline,
          budget,
        },
        {
          what: 'pod no longer Ready → not used in the other cluster',
          unit: 'ms',
          better: 'lower',
          measured: distribution(times.notReady),
          baseline,
          budget,
        },
        {
          what: 'pod deleted → not used in the other cluster',
          unit: 'ms',
          better: 'lower',
          measured: distribution(times.deleted),
          baseline,
          budget,
        },
      ],
    };
  },
};
