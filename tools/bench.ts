import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { readSpec } from '../playground/clusters/state.ts';
import { places } from '../playground/commands/places.ts';
import { openBed } from '../test/bench/bed.ts';
import type { Findings } from '../test/bench/figure.ts';
import type { Around, Item, LoneItem } from '../test/bench/item.ts';
import { execute } from '../test/e2e/execute.ts';
import { items } from './bench/items.ts';
import { gapsOf, type Measurement, type Measurements, merged, ownTableOf, pageOf, rowsOf, tableHead } from './bench/report.ts';

const usage = `npm run bench -- [options]

Measures KubeSlice on a playground, prints a table and writes docs/measurements.md and docs/measurements.json. Ends by itself.

  --only a,b     only these: ${items.map(({ name }) => name).join(', ')}
  --quick        a few rounds of everything: shows that it works; writes no file
  --name NAME    the playground to measure on; one that exists is left as it is (default: bench, brought up and taken down)
  --keep         leave a playground that was brought up for this
`;
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    name: { type: 'string', default: 'bench' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** No item may take longer, unless it says so itself. */
const itemLimitMinutes = 12;
const project = dirname(import.meta.dirname);
const { state, cache } = places(process.env);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
/** Rejects when the bench is to end: no item is waited for then. */
const interrupted = new Promise<never>((_, reject) => stop.signal.addEventListener('abort', () => reject(new Error('interrupted'))));
interrupted.catch(() => undefined);
/** How long an item that is interrupted or late may take to take down what it made, in milliseconds. */
const takeDownMs = 20_000;

const playground = async (...words: readonly string[]): Promise<void> => {
  const args = [join(project, 'bin/kubeslice.mjs'), 'playground', ...words, '--name', values.name];
  const { code } = await execute(process.execPath, args, { env: process.env, cwd: project, timeoutMs: 1_500_000, show: true });
  if (code !== 0) throw new Error(`"kubeslice playground ${words.join(' ')}" ended with ${code}`);
};

/** Measures one item by this. */
const measure = async (
  item: Pick<LoneItem, 'name' | 'title' | 'limitMinutes'>,
  find: (signal: AbortSignal) => Promise<Findings>,
): Promise<Measurement> => {
  const at = new Date().toISOString();
  const before = loadavg()[0] ?? 0;
  say(`\n${item.title} (${item.name})`);
  const about = { item: item.name, title: item.title, at, quick: values.quick };
  const { limitMinutes = itemLimitMinutes } = item;
  const ending = new AbortController();
  const late = new Promise<never>((_, reject) => {
    AbortSignal.timeout(limitMinutes * 60_000).addEventListener('abort', () => reject(new Error(`not within ${limitMinutes} minutes`)));
  });
  const finding = find(AbortSignal.any([stop.signal, ending.signal]));
  try {
    const findings = await Promise.race([finding, late, interrupted]);
    const measurement = { ...about, load: [before, loadavg()[0] ?? 0] as const, ...findings };
    for (const line of [...tableHead, ...rowsOf(measurement), ...ownTableOf(measurement), ...gapsOf(measurement)]) console.log(line);
    return measurement;
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    say(`failed: ${failed}`);
    ending.abort();
    await Promise.race([finding.catch(() => undefined), pause(takeDownMs)]);
    return { ...about, load: [before, loadavg()[0] ?? 0], figures: [], failed };
  }
};

const write = (measurements: readonly Measurement[]): void => {
  const file = join(project, 'docs', 'measurements.json');
  const older: Partial<Measurements> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const all: Measurements = {
    version: manifest.version,
    machine: {
      processors: cpus().length,
      model: cpus()[0]?.model ?? 'unknown',
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      node: process.version,
    },
    measurements: merged(
      older.measurements ?? [],
      measurements.filter(({ failed }) => failed === undefined),
      items.map(({ name }) => name),
    ),
  };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  writeFileSync(join(project, 'docs', 'measurements.md'), pageOf(all));
  say('\nwritten: docs/measurements.md, docs/measurements.json');
};

const onPlayground = async (chosen: readonly Item[]): Promise<Measurement[]> => {
  if (chosen.length === 0) return [];
  const existed = (await readSpec(state, values.name)) !== undefined;
  try {
    if (!existed) await playground('up', '--nodes', '1');
    const bed = await openBed({ name: values.name, state, cache, project, quick: values.quick, signal: stop.signal, report: say });
    const measurements: Measurement[] = [];
    try {
      for (const item of chosen) if (!stop.signal.aborted) measurements.push(await measure(item, () => item.measure(bed)));
    } finally {
      await bed.close();
    }
    return measurements;
  } finally {
    if (!existed && !values.keep) await playground('down');
  }
};

const withoutPlayground = async (chosen: readonly LoneItem[]): Promise<Measurement[]> => {
  const around: Omit<Around, 'signal'> = { project, cache, quick: values.quick, report: say };
  const measurements: Measurement[] = [];
  for (const item of chosen)
    if (!stop.signal.aborted) measurements.push(await measure(item, (signal) => item.measure({ ...around, signal })));
  return measurements;
};

const run = async (chosen: readonly (Item | LoneItem)[]): Promise<number> => {
  const measurements = [
    ...(await onPlayground(chosen.filter((item) => !('needsNoPlayground' in item)))),
    ...(await withoutPlayground(chosen.filter((item) => 'needsNoPlayground' in item))),
  ];
  if (!values.quick && measurements.some(({ failed }) => failed === undefined)) write(measurements);
  return measurements.length === chosen.length && measurements.every(({ failed }) => failed === undefined) ? 0 : 1;
};

const names = values.only?.split(',').map((name) => name.trim());
const unknown = names?.filter((name) => items.every((item) => item.name !== name)) ?? [];
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) say(`there is no ${unknown.join(', ')}\n`);
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  const code = await run(items.filter(({ name }) => names?.includes(name) ?? true));
  // What an item that was interrupted still waits for keeps no process.
  process.exit(stop.signal.aborted ? 128 + constants.signals.SIGTERM : code);
}
