import { type Cidr, parseCidr } from '../../values/address/cidr.ts';
import { parseIp } from '../../values/address/ip.ts';
import { isUsable } from '../../values/address/usable-addresses.ts';
import { shardsOf } from '../ledger/export-shards.ts';
import { type Ledger, statementOf, statementsAbout } from '../ledger/ledger.ts';
import type { ExportBody, ExportEndpoint } from '../statement/export.ts';
import type { Statement } from '../statement/statement.ts';

/** One part of a cluster's offer for a service: the statement about the export itself, or one about more endpoints. */
export interface OfferPart {
  /** 0 for the statement about the export. */
  readonly shard: number;
  readonly serial: number;
  /** The endpoints that may be used. */
  readonly endpoints: readonly ExportEndpoint[];
}

/** What a cluster offers under the name of a service. */
export interface Offer {
  readonly cluster: string;
  /** When its latest part was issued, RFC 3339. */
  readonly issuedAt: string;
  /** The statement about the export; its endpoints are those of part 0 before the comparison with the nodes. */
  readonly body: ExportBody;
  readonly parts: readonly OfferPart[];
  /** Endpoints that are not used: they are not on a node of the cluster, have no address of that node, or have other ports than the export. */
  readonly strays: readonly ExportEndpoint[];
}

/** The offers of all clusters under the name `<namespace>/<name>`, by the statements in force, ordered by cluster name. */
export const offersOf = (ledger: Ledger, subject: string): Offer[] =>
  statementsAbout(ledger, 'Export', subject).map((head) => offerOf(ledger, head));

/**
 * The offer of one cluster. An endpoint is used only with a pod address of a node of the same cluster. So a cluster cannot send the callers of a
 * service to addresses of another one, and a node cannot answer for pods of another node.
 */
const offerOf = (ledger: Ledger, head: Statement<'Export'>): Offer => {
  const { cluster, body } = head;
  const shards = shardsOf(ledger, cluster, head.subject);
  const stated = [
    { shard: 0, serial: head.serial, endpoints: body.endpoints },
    ...shards.map(({ serial, body: { shard, endpoints } }) => ({ shard, serial, endpoints })),
  ];
  const onItsNode = nodeCheck(ledger, cluster);
  const onNode = (endpoint: ExportEndpoint): boolean =>
    (endpoint.targetPorts === undefined || endpoint.targetPorts.length === body.ports.length) && onItsNode(endpoint);
  return {
    cluster,
    issuedAt: latestOf([head, ...shards].map(({ issuedAt }) => issuedAt)),
    body,
    parts: stated.map((part) => ({ ...part, endpoints: part.endpoints.filter(onNode) })),
    strays: stated.flatMap(({ endpoints }) => endpoints.filter((endpoint) => !onNode(endpoint))),
  };
};

/** The latest of some times (RFC 3339), at least one. Text order would be wrong: some have fractions of a second. */
const latestOf = (times: readonly string[]): string =>
  times.reduce((latest, time) => (Date.parse(time) > Date.parse(latest) ? time : latest));

/** Whether an endpoint lies on the node that it names; it reads each node once. */
const nodeCheck = (ledger: Ledger, cluster: string): ((endpoint: ExportEndpoint) => boolean) => {
  const known = new Map<string, { readonly blocks: readonly Cidr[]; readonly own: readonly string[] } | undefined>();
  const nodeOf = (name: string) => {
    if (known.has(name)) return known.get(name);
    const body = statementOf(ledger, 'Node', cluster, name)?.body;
    const node = body === undefined ? undefined : { blocks: body.blocks.map(parseCidr), own: body.addresses };
    known.set(name, node);
    return node;
  };
  return ({ node: name, addresses }) => {
    const node = nodeOf(name);
    if (node === undefined) return false;
    return addresses.every((address) => !node.own.includes(address) && isUsable(node.blocks, parseIp(address)));
  };
};
