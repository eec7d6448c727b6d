import { stubBegin, stubEnd } from '../../api/stub-block.ts';
import { Failure } from '../../values/failure.ts';
import { type Corefile, readCorefile, type ServerBlock, zoneOfKey } from './corefile-blocks.ts';

/** A zone that cluster DNS forwards to our servers. */
export type StubZone = {
  readonly zone: string;
  /** A second zone of the same servers, where nothing else serves it. */
  readonly also?: string | undefined;
  /** Addresses of the servers, normally that of a Service. */
  readonly servers: readonly string[];
};

const ours = /^# kubeslice: begin\b.*\n(?:(?!# kubeslice: begin\b).*\n)*?# kubeslice: end(?:\r?\n|$)/gm;

const defaultPort = '53';

/** The block that serves all other zones: our block must listen where it listens. */
const rootBlock = ({ blocks }: Corefile): ServerBlock | undefined =>
  blocks.find(({ keys }) => keys.some((key) => zoneOfKey(key)?.zone === '.'));

/**
 * The marked block, which listens where cluster DNS does: on the port of its root block (some distributions use 8053 or 5353 behind their Service),
 * and with the same `bind` lines, which node-local caches need.
 *
 * It has no `cache`: a change of an endpoint must be visible within 300 ms, so even one second of caching is too much, and a query costs our server
 * less than CoreDNS spends on forwarding it. Clients may cache answers for their TTL.
 */
const blockOf = ({ zone, also, servers }: StubZone, around: Corefile): string => {
  const root = rootBlock(around);
  const port = root?.keys.map((key) => zoneOfKey(key)).find((key) => key?.zone === '.')?.port ?? defaultPort;
  const bind = (root?.directives ?? []).filter(([name]) => name === 'bind').map((words) => `    ${words.join(' ')}`);
  const keys = [zone, ...(also === undefined ? [] : [also])].map((one) => `${one}:${port}`);
  return [stubBegin, `${keys.join(' ')} {`, '    errors', ...bind, `    forward . ${servers.join(' ')}`, '}', stubEnd, ''].join('\n');
};

/** The Corefile without our block, everything else byte for byte. The same text when there is none. */
export const withoutStub = (corefile: string): string => {
  const rest = corefile.replaceAll(ours, '');
  // A block that a bad merge nested inside another appears only once the inner one is removed.
  return rest === corefile ? corefile : withoutStub(rest);
};

/** The key of another block that serves the zone or a part of it; undefined when there is none. Our own block does not count. */
export const foreignStub = (corefile: string, zone: string): string | undefined =>
  readCorefile(withoutStub(corefile))
    .blocks.flatMap(({ keys }) => keys)
    .find((key) => {
      const served = zoneOfKey(key)?.zone;
      return served === zone || served?.endsWith(`.${zone}`) === true;
    });

/**
 * Whether a Corefile serves a zone without us, by a block of its own or by a directive inside of another, as of the plugin `multicluster`. The
 * zone is one of its arguments there.
 */
export const servesZone = (corefile: string, zone: string): boolean =>
  foreignStub(corefile, zone) !== undefined ||
  readCorefile(withoutStub(corefile)).blocks.some(({ directives }) =>
    directives.some(([, ...args]) => args.some((arg) => zoneOfKey(arg)?.zone === zone)),
  );

/**
 * The Corefile with our block for the stub and everything else byte for byte. `around`, when given, is the Corefile that includes this text and
 * determines where to listen.
 *
 * An existing block of ours is replaced in place; a new one goes first, so that removing it restores the original text. A second call changes
 * nothing. Refused with `InvalidInput`, in one sentence, when another block serves the zone, or when the file has a block without braces, which must
 * be the only one.
 */
export const withStub = (corefile: string, stub: StubZone, around: string = corefile): string => {
  const foreign = foreignStub(corefile, stub.zone);
  if (foreign !== undefined) {
    throw new Failure(
      'InvalidInput',
      `The cluster's CoreDNS configuration already has a server block "${foreign}" of its own; remove it, and KubeSlice will serve ${stub.zone} there.`,
    );
  }
  const others = readCorefile(withoutStub(corefile));
  if (!others.extensible) {
    throw new Failure(
      'InvalidInput',
      "The cluster's CoreDNS configuration has a server block without closed braces, so no other block can be added; put braces around it.",
    );
  }
  const block = blockOf(stub, readCorefile(withoutStub(around)));
  const place = corefile.search(ours);
  if (place === -1) return block + corefile;
  return withoutStub(corefile.slice(0, place)) + block + withoutStub(corefile.slice(place));
};
