import { hubDefaults, memberDefaults, type Placement } from '../../src/install/options.ts';
import { alertsPagePath } from '../monitoring/rules.ts';
import type { JsonSchema } from './json-schema.ts';

/** One value of the chart: its default, what it means, and what it may be. */
interface Value {
  readonly name: string;
  readonly text: string;
  readonly default: unknown;
  readonly schema: JsonSchema;
}

/** Values that belong together under one key. */
interface Group {
  readonly name: string;
  readonly text: string;
  readonly values: readonly Value[];
}

const string: JsonSchema = { type: 'string' };
const object: JsonSchema = { type: 'object' };

const placement = (defaults: Placement): Value[] => [
  { name: 'resources', text: 'Requests and limits of the container.', default: defaults.resources, schema: object },
  { name: 'nodeSelector', text: 'Labels of the nodes that it may run on.', default: defaults.nodeSelector, schema: object },
  {
    name: 'tolerations',
    text: 'Taints that it runs in spite of.',
    default: defaults.tolerations,
    schema: { type: 'array', items: object },
  },
  { name: 'affinity', text: 'Further wishes about nodes.', default: defaults.affinity, schema: object },
];

const replicas = (count: number): Value => ({
  name: 'replicas',
  text: 'Copies; one leads or all serve.',
  default: count,
  schema: { type: 'integer', minimum: 0 },
});

const hub = hubDefaults('');
const member = memberDefaults('');

/** All values of the chart, in the order of values.yaml. */
const values: readonly (Value | Group)[] = [
  {
    name: 'mode',
    text: 'What the cluster is: "hub" gets the controller, "member" gets worker, agents and DNS. A cluster that is both gets two releases.',
    default: 'hub',
    schema: { enum: ['hub', 'member'] },
  },
  {
    name: 'image',
    text: 'The image that holds all programs.',
    values: [
      { name: 'repository', text: 'Repository of the image.', default: 'kubeslice/kubeslice', schema: { type: 'string', minLength: 1 } },
      { name: 'tag', text: 'Tag; the version of the chart when empty.', default: '', schema: string },
      {
        name: 'pullPolicy',
        text: 'When nodes fetch it.',
        default: hub.imagePullPolicy,
        schema: { enum: ['Always', 'IfNotPresent', 'Never'] },
      },
    ],
  },
  {
    name: 'imagePullSecrets',
    text: 'Secrets with registry credentials, as [{name: …}].',
    default: [],
    schema: { type: 'array', items: { type: 'object', required: ['name'] } },
  },
  {
    name: 'logLevel',
    text: 'Least important log lines that are written.',
    default: hub.logLevel,
    schema: { enum: ['debug', 'info', 'warn', 'error'] },
  },
  { name: 'controller', text: 'The controller (mode hub).', values: [replicas(hub.controller.replicas), ...placement(hub.controller)] },
  { name: 'worker', text: 'The worker (mode member).', values: [replicas(member.worker.replicas), ...placement(member.worker)] },
  { name: 'dns', text: 'The DNS servers (mode member).', values: [replicas(member.dns.replicas), ...placement(member.dns)] },
  { name: 'agent', text: 'The agent on every node (mode member).', values: placement(member.agent) },
  {
    name: 'mutualTls',
    text: 'Whether packets of pods travel only under keys from mutual TLS between the nodes, to clusters that do the same; required for no packets to the others (mode member).',
    default: member.mutualTls,
    schema: { enum: [false, true, 'required'] },
  },
  {
    name: 'monitoring',
    text: 'Objects for the Prometheus operator and Grafana; each is off, since their kinds may not be there.',
    values: [
      {
        name: 'podMonitor',
        text: 'A PodMonitor, and an account that may read metrics and nothing else, with its token for the operator.',
        default: false,
        schema: { type: 'boolean' },
      },
      { name: 'rules', text: 'A PrometheusRule with the alerts of this mode.', default: false, schema: { type: 'boolean' } },
      {
        name: 'dashboard',
        text: 'A ConfigMap with a dashboard and the label by which the sidecar of Grafana finds it.',
        default: false,
        schema: { type: 'boolean' },
      },
      {
        name: 'labels',
        text: 'Further labels of PodMonitor and PrometheusRule, by which some operators select.',
        default: {},
        schema: object,
      },
      { name: 'interval', text: 'How often metrics are read.', default: '30s', schema: { type: 'string', pattern: '^[0-9]+(s|m)$' } },
      {
        name: 'runbookUrl',
        text: 'Where the page of alerts is served; the annotation runbook_url of each alert is this, with the place on the page.',
        default: alertsPagePath,
        schema: { type: 'string', minLength: 1 },
      },
    ],
  },
];

const flow = (given: unknown): string => JSON.stringify(given);

const lines = (list: readonly (Value | Group)[], indent: string): string[] =>
  list.flatMap((entry) =>
    'values' in entry
      ? [`${indent}# ${entry.text}`, `${indent}${entry.name}:`, ...lines(entry.values, `${indent}  `)]
      : [`${indent}# ${entry.text}`, `${indent}${entry.name}: ${flow(entry.default)}`],
  );

/** The text of values.yaml. */
export const valuesYaml = (): string => `${lines(values, '').join('\n')}\n`;

const schemaOf = (list: readonly (Value | Group)[]): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    list.map((entry) => [entry.name, { description: entry.text, ...('values' in entry ? schemaOf(entry.values) : entry.schema) }]),
  ),
});

/** The text of values.schema.json: a value that is misspelt is refused by helm, not ignored. */
export const valuesSchema = (): string => {
  const own = schemaOf(values);
  // helm adds `global` to the values of every chart.
  const schema = {
    $schema: 'https://json-schema.org/draft-07/schema#',
    ...own,
    properties: { ...own.properties, global: { type: 'object' } },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
};

/** Every value with its whole name (`image.tag`), for the reference. */
export const flatValues = (): readonly { readonly name: string; readonly text: string; readonly default: unknown }[] => flatten(values, '');

const flatten = (list: readonly (Value | Group)[], prefix: string): { name: string; text: string; default: unknown }[] =>
  list.flatMap((entry) =>
    'values' in entry
      ? flatten(entry.values, `${prefix}${entry.name}.`)
      : [{ name: prefix + entry.name, text: entry.text, default: entry.default }],
  );
