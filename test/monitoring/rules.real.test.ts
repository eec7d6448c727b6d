import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { prometheusPackage, provideUnpackedPackage } from '../../playground/toolchain/debian-programs.ts';
import { alertCatalogue } from '../../src/telemetry/alerts.ts';
import { dashboardQueries } from '../../tools/monitoring/dashboard.ts';
import { alertsPagePath, rulesFile } from '../../tools/monitoring/rules.ts';
import { type AlertCase, type AlertSeries, alertCases } from './alert-cases.ts';
import { staticScrapeFile } from './static-scrape.ts';

const run = promisify(execFile);
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubeslice');

/** Where promtool is; the reason when it cannot be had here. */
const found = await provideUnpackedPackage(prometheusPackage, cache, AbortSignal.timeout(120_000)).catch((error: unknown) => error);
const promtool = typeof found === 'string' ? join(found, 'usr/bin/promtool') : undefined;
if (promtool === undefined) console.log(`skipped: alert rules with promtool: ${String(found)}`);

/** Minutes: all is well, then something is wrong, then it is mended. */
const phases = { well: 10, wrong: 30, mended: 45 } as const;

const valuesOf = ({ well, wrong, each }: AlertSeries): string => {
  if (each === true) {
    const top = Number(wrong) * phases.wrong;
    return `0+${Number(well)}x${phases.well - 1} 0+${Number(wrong)}x${phases.wrong - 1} ${top}+${Number(well)}x${phases.mended - 1}`;
  }
  const part = (value: number | 'gone', count: number): string => (value === 'gone' ? `_x${count + 1}` : `${value}+0x${count}`);
  return `${part(well, phases.well - 1)} ${part(wrong, phases.wrong - 1)} ${part(well, phases.mended - 1)}`;
};

const definitionOf = (name: string) => {
  const definition = alertCatalogue.find((alert) => alert.name === name);
  if (definition === undefined) throw new Error(`there is no alert ${name}`);
  return definition;
};

const expectedOf = ({ alert, labels, value }: AlertCase) => {
  const { severity, summary, meaning } = definitionOf(alert);
  const filled = summary
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? '')
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, value ?? '');
  return {
    exp_labels: { severity, ...labels },
    exp_annotations: { summary: filled, description: meaning, runbook_url: `${alertsPagePath}#${alert.toLowerCase()}` },
  };
};

describe('the cases', () => {
  it('have each alert, but for restarts, which no constant series can show', () => {
    const tested = new Set(alertCases.map(({ alert }) => alert));
    const untested = alertCatalogue.map(({ name }) => name).filter((name) => !tested.has(name));
    expect(untested).toEqual(['KubeSliceControllerRestarts', 'KubeSliceProgramRestarts']);
  });
});

describe.skipIf(promtool === undefined && process.env.CI === undefined)('with promtool', () => {
  let folder: string;
  const tell = async (...args: readonly string[]): Promise<string> => {
    try {
      return (await run(promtool ?? 'promtool', [...args], { cwd: folder })).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error });
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeslice-rules-'));
    await writeFile(join(folder, 'hub.yaml'), rulesFile('hub'));
    await writeFile(join(folder, 'member.yaml'), rulesFile('member'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('the rules are rules', async () => {
    expect(await tell('check', 'rules', 'hub.yaml', 'member.yaml')).toContain('SUCCESS');
  });

  it('the part for prometheus.yml is one', async () => {
    // Debian's Prometheus is built without the discovery of Kubernetes; the rest is what people use.
    await writeFile(join(folder, 'prometheus.yml'), staticScrapeFile([]));
    // The token is that of the pod of Prometheus; here is none.
    expect(await tell('check', 'config', '--syntax-only', 'prometheus.yml')).toContain('SUCCESS');
  });

  it('the dashboard asks what can be asked', async () => {
    const rules = dashboardQueries().map(({ expr }, index) => ({ record: `dashboard:panel:${index}`, expr }));
    await writeFile(join(folder, 'dashboard.yaml'), stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(await tell('check', 'rules', 'dashboard.yaml')).toContain('SUCCESS');
  });

  it('each alert fires for what it is about, says what it should, and ends', async () => {
    const tests = alertCases.map((one) => ({
      interval: '1m',
      input_series: one.series.map((each) => ({ series: each.series, values: valuesOf(each) })),
      alert_rule_test: [
        { eval_time: `${phases.well - 1}m`, alertname: one.alert, exp_alerts: [] },
        { eval_time: `${phases.well + phases.wrong - 1}m`, alertname: one.alert, exp_alerts: [expectedOf(one)] },
        { eval_time: `${phases.well + phases.wrong + phases.mended - 2}m`, alertname: one.alert, exp_alerts: [] },
      ],
    }));
    await writeFile(join(folder, 'tests.yaml'), stringify({ rule_files: ['hub.yaml', 'member.yaml'], evaluation_interval: '1m', tests }));
    expect(await tell('test', 'rules', 'tests.yaml')).toContain('SUCCESS');
  }, 60_000);

  it('a program that was started four times within half an hour is told', async () => {
    const values = '100+0x5 200 300 400 500 500+0x60';
    const series = `process_start_time_seconds{job="kubeslice",component="worker",pod="w",node="n"}`;
    const [alertname, at] = ['KubeSliceProgramRestarts', (minutes: number) => `${minutes}m`];
    const { summary: _, ...annotations } = expectedOf({ alert: alertname, series: [], labels: {} }).exp_annotations;
    const tests = [
      {
        interval: '1m',
        input_series: [{ series, values }],
        alert_rule_test: [
          { eval_time: at(8), alertname, exp_alerts: [] },
          {
            eval_time: at(12),
            alertname,
            exp_alerts: [
              {
                exp_labels: { severity: 'warning', job: 'kubeslice', component: 'worker', pod: 'w', node: 'n' },
                exp_annotations: { summary: 'worker (w) was started more than three times within half an hour.', ...annotations },
              },
            ],
          },
          { eval_time: at(50), alertname, exp_alerts: [] },
        ],
      },
    ];
    await writeFile(join(folder, 'restarts.yaml'), stringify({ rule_files: ['member.yaml'], evaluation_interval: '1m', tests }));
    expect(await tell('test', 'rules', 'restarts.yaml')).toContain('SUCCESS');
  });
});
