import { controller } from '../../api/groups.ts';
import { isWorker } from './callers.ts';
import { planPolicy } from './policy.ts';

/** How many IPv4 networks shorter than a prefix a cluster may report as its own. More than any real cluster has would block the slices of others. */
const mostShorterThan = [
  { prefix: 12, most: 2 },
  { prefix: 16, most: 16 },
  { prefix: 20, most: 64 },
] as const;

const networks = ['cniSubnet', 'serviceSubnet'].map((field) => `object.?status.?${field}.orValue([])`).join(' + ');
const shorterThan = (prefix: number): string => `variables.prefixes.filter(p, p < ${prefix})`;

/** Limits what a cluster may report about its own networks: a false report must not block slices for all clusters. */
export const clusterNetworkPolicy = planPolicy({
  name: 'kubeslice-cluster-networks',
  rules: [{ apiGroups: [controller.group], apiVersions: ['*'], resources: ['clusters/status'], operations: ['UPDATE'] }],
  conditions: isWorker,
  variables: [
    { name: 'networks', expression: `(${networks}).filter(n, isCIDR(n))` },
    { name: 'prefixes', expression: 'variables.networks.filter(n, cidr(n).ip().family() == 4).map(n, cidr(n).prefixLength())' },
    { name: 'tooWide', expression: 'variables.networks.filter(n, cidr(n).prefixLength() < 8)' },
  ],
  validations: [
    {
      expression: 'size(variables.tooWide) == 0',
      messageExpression: "'the network ' + variables.tooWide[0] + ' cannot be that of one cluster: it is larger than a /8'",
      reason: 'Invalid',
    },
    ...mostShorterThan.map(({ prefix, most }) => ({
      expression: `size(${shorterThan(prefix)}) <= ${most}`,
      message: `These networks cannot be those of one cluster: more than ${most} of them are larger than a /${prefix}.`,
      reason: 'Invalid' as const,
    })),
  ],
});
