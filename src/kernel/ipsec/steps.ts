import type { Connection } from './connections.ts';
import { publicKeyOf } from './connections.ts';

/** A connection that charon has loaded. */
export interface LoadedConnection {
  readonly name: string;
  readonly remoteAddresses: readonly string[];
  /** Blocks that it accepts from the peer, sorted. */
  readonly remoteBlocks: readonly string[];
}

/** An IKE_SA with its CHILD_SA. */
export interface SecurityAssociation {
  /** Charon's number for it. */
  readonly id: string;
  readonly connection: string;
  readonly isEstablished: boolean;
  /** IKE identity of the peer, as `keyIdentity` writes it; undefined until the peer has shown it. */
  readonly remoteId: string | undefined;
  /** Whether it has a CHILD_SA that carries packets. */
  readonly isUp: boolean;
  /** Blocks that are accepted from the peer. */
  readonly remoteBlocks: readonly string[];
  /** Since when it is established, in seconds since 1970; 0 before that. */
  readonly established: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** The inputs of {@link ipsecSteps}. */
export interface IpsecState {
  readonly wanted: ReadonlyMap<string, Connection>;
  readonly loaded: readonly LoadedConnection[];
  readonly associations: readonly SecurityAssociation[];
  /** Tunnel key of this node. */
  readonly ownKey: string;
  /** Tunnel keys of peers that had no IKE_SA when the previous pass ended. */
  readonly lonely: ReadonlySet<string>;
  /** Tunnel keys of peers whose IKE_SA is to be replaced, because the link is dead. */
  readonly renewed: ReadonlySet<string>;
}

/** What to do with charon, in this order. */
export interface IpsecSteps {
  /** Names of connections that go. Their IKE_SAs stay. */
  readonly unload: readonly string[];
  readonly load: readonly Connection[];
  /** Numbers of IKE_SAs that end. */
  readonly terminate: readonly string[];
  /** Connections to call. */
  readonly initiate: readonly Connection[];
  /** Tunnel keys of peers without an IKE_SA, for the next pass. */
  readonly lonely: ReadonlySet<string>;
}

/**
 * The steps from what charon has to what is wanted.
 *
 * ```
 * connection                                       then
 * not wanted, or changed by somebody               unloaded
 * wanted, not loaded                               loaded
 *
 * IKE_SA                                           then
 * of a peer that is not wanted                     ends
 * with another identity than the peer's            ends
 * accepts a block that is not the peer's           ends
 * of an earlier connection of the peer             ends when the present one carries packets, so nothing is lost between
 * established, but without a CHILD_SA              ends
 * of a peer whose link is dead                     ends
 *
 * peer without an IKE_SA of its connection         then
 * no endpoint is known                             waits to be called
 * there is one of an earlier connection            called: the old one is replaced
 * its link is dead, or its IKE_SA ended just now   called
 * this node has the smaller tunnel key             called
 * nobody called since the previous pass            called
 * ```
 */
export const ipsecSteps = ({ wanted, loaded, associations, ownKey, lonely, renewed }: IpsecState): IpsecSteps => {
  const wantedByKey = new Map([...wanted.values()].map((connection) => [connection.peer.publicKey, connection]));
  const good = new Set(loaded.filter((one) => isAsWanted(one, wanted.get(one.name))).map(({ name }) => name));
  const unload = loaded.map(({ name }) => name).filter((name) => !good.has(name));
  const load = [...wanted.values()].filter(({ name }) => !good.has(name));
  const upNames = new Set(associations.filter(({ isUp }) => isUp).map(({ connection }) => connection));
  const ends = ({ connection, remoteId, isEstablished, isUp, remoteBlocks }: SecurityAssociation): boolean => {
    const of = wantedByKey.get(publicKeyOf(connection));
    if (of === undefined || renewed.has(of.peer.publicKey)) return true;
    if (!isEstablished) return connection !== of.name;
    if (remoteId !== of.remoteId) return true;
    const own = new Set(of.peer.allowedIPs);
    if (remoteBlocks.some((block) => !own.has(block))) return true;
    return connection === of.name ? !isUp : upNames.has(of.name);
  };
  const ended = new Set(associations.filter(ends).map(({ id }) => id));
  const remaining = associations.filter(({ id }) => !ended.has(id));
  const keysOf = (some: readonly SecurityAssociation[]): Set<string> => new Set(some.map(({ connection }) => publicKeyOf(connection)));
  const [had, has] = [keysOf(associations), keysOf(remaining)];
  const present = new Set(remaining.map(({ connection }) => connection));
  const without = [...wanted.values()].filter(({ name }) => !present.has(name));
  const initiate = without.filter(({ address, peer: { publicKey } }) => {
    if (address === undefined) return false;
    return has.has(publicKey) || had.has(publicKey) || renewed.has(publicKey) || ownKey < publicKey || lonely.has(publicKey);
  });
  return {
    unload,
    load,
    terminate: [...ended],
    initiate,
    lonely: new Set(without.map(({ peer }) => peer.publicKey)),
  };
};

const isAsWanted = (loaded: LoadedConnection, wanted: Connection | undefined): boolean =>
  wanted !== undefined &&
  loaded.remoteBlocks.join() === wanted.peer.allowedIPs.toSorted().join() &&
  loaded.remoteAddresses[0] === (wanted.address ?? '127.0.0.0/8');
