import { stubBegin, stubEnd } from '../../api/stub-block.ts';
import { Failure } from '../../values/failure.ts';
import { type Corefile, readCorefile, type ServerBlock, zoneOfKey } from './corefile-blocks.ts';

/** A zone that cluster DNS hands on to servers of ours. */
export type StubZone = {
  readonly zone: string;
  /** Where to ask: addresses, normally the one of a Service. */
  readonly servers: readonly string[];
};

const ours = /^# kubeslice: begin\b.*\n(?:(?!# kubeslice: begin\b).*\n)*?# kubeslice: end(?:\r?\n|$)/gm;

const defaultPort = '53';

/** The block that serves everything else: what it listens on, ours must listen on too. */
const rootBlock = ({ blocks }: Corefile): ServerBlock | undefined =>
  blocks.find(({ keys }) => keys.some((key) => zoneOfKey(key)?.zone === '.'));

/**
 * The marked block, listening where cluster DNS does: the port of its root block (some distributions use 8053 or 5353 behind their
 * Service), and the same `bind` lines, which node-local caches need.
 *
 * No `cache`: an endpoint that is added or removed must be seen within 300 ms, so nothing may be kept for even a second, and a query costs
 * our server less than CoreDNS spends on handing it on. Clients keep answers for their TTL as they like.
 */
const blockOf = ({ zone, servers }: StubZone, around: Corefile): string => {
  const root = rootBlock(around);
  const port = root?.keys.map((key) => zoneOfKey(key)).find((key) => key?.zone === '.')?.port ?? defaultPort;
  const bind = (root?.directives ?? []).filter(([name]) => name === 'bind').map((words) => `    ${words.join(' ')}`);
  return [stubBegin, `${zone}:${port} {`, '    errors', ...bind, `    forward . ${servers.join(' ')}`, '}', stubEnd, ''].join('\n');
};

/** The Corefile without our block, everything else byte for byte. The same text when there is none. */
export const withoutStub = (corefile: string): string => {
  const rest = corefile.replaceAll(ours, '');
  // What a bad merge has nested comes to light only once the inner block is gone.
  return rest === corefile ? corefile : withoutStub(rest);
};

/** The key with which somebody else serves the zone or a part of it, undefined when nobody does. Our own block does not count. */
export const foreignStub = (corefile: string, zone: string): string | undefined =>
  readCorefile(withoutStub(corefile))
    .blocks.flatMap(({ keys }) => keys)
    .find((key) => {
      const served = zoneOfKey(key)?.zone;
      return served === zone || served?.endsWith(`.${zone}`) === true;
    });

/**
 * The Corefile with our block as the stub wants it and everything else byte for byte. `around`, when given, is the Corefile that includes
 * this text, and tells where to listen.
 *
 * A block of ours is replaced where it stands; a new one goes first, so that taking it out again leaves exactly the text there was. Doing
 * it twice changes nothing. Refused with `InvalidInput`, in one sentence, when somebody else serves the zone already or the file has a
 * block without braces, beside which no other may stand.
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
      "The cluster's CoreDNS configuration has a server block without closed braces, beside which no other can stand; put braces around it.",
    );
  }
  const block = blockOf(stub, readCorefile(withoutStub(around)));
  const place = corefile.search(ours);
  if (place === -1) return block + corefile;
  return withoutStub(corefile.slice(0, place)) + block + withoutStub(corefile.slice(place));
};
