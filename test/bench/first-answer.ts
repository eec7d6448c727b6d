import { serviceExportKind } from '../../src/api/kinds.ts';
import { distribution } from './figure.ts';
import type { Item } from './item.ts';
import { serviceExport } from './workload.ts';

/** A ServiceExport is created: until a pod of the other cluster that asks all the time has its first answer, by name and over HTTP. */
export const firstAnswer: Item = {
  name: 'first-answer',
  title: 'Export to first answer',
  measure: async (bed) => {
    const { signal } = bed;
    const { namespace, slice, west } = await bed.scene();
    const times: number[] = [];
    const calls: number[] = [];
    for (let round = 0; round < bed.rounds(50); round += 1) {
      // Never asked for before, so that nothing on the way remembers it.
      const name = `answer-${Date.now().toString(36)}`;
      const call = `curl -sf -o /dev/null --max-time 1 http://${name}.${namespace}.svc.slice.local/`;
      const answered = west.inSlice.run(`until ${call}; do sleep 0.005; done`);
      const createdAt = performance.now();
      await bed.east.create(serviceExportKind, serviceExport(namespace, name, slice, 'far'), { signal });
      times.push((await answered).endedAt - createdAt);
      const calledAt = performance.now();
      calls.push((await west.inSlice.run(call)).endedAt - calledAt);
      await bed.east.delete(serviceExportKind, { namespace, name }, { signal });
    }
    return {
      figures: [
        {
          what: 'export created → first answer over HTTP, by name, in a pod of the other cluster that asks all the time',
          unit: 'ms',
          better: 'lower',
          measured: distribution(times),
          baseline: { what: 'one such call when it answers already', measured: distribution(calls) },
          budget: [{ of: 'p99', limit: 500 }],
        },
      ],
    };
  },
};
