import { type Connection, carriedBy, publicKeyOf } from './connections.ts';

/**
 * How long a peer is believed after it showed its certificate, in seconds. A certificate is valid for 12 hours, so it has ended by then; nodes show a new
 * one every six.
 */
export const believedSeconds = 12 * 3600;

/** Of two IKE_SAs without a CHILD_SA that are this far apart, in seconds, both ends know the younger one. */
const surelyKnownSeconds = 60;

/** A link that does not answer may answer yet when its IKE_SA is younger than this, in seconds. */
const mayBeGoodSeconds = 2;

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
  /** When the peer authenticated itself, in seconds since 1970; 0 before that. */
  readonly established: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** The inputs of {@link ipsecSteps}. */
export interface IpsecState {
  readonly wanted: ReadonlyMap<string, Connection>;
  readonly loaded: readonly LoadedConnection[];
  readonly associations: readonly SecurityAssociation[];
  /** Tunnel keys of peers whose IKE_SAs are to be replaced, because the link is dead. */
  readonly renewed: ReadonlySet<string>;
  /** Seconds since 1970. */
  readonly now: number;
}

/** What to do with charon, in this order. */
export interface IpsecSteps {
  /** Names of connections that go. Their IKE_SAs stay. */
  readonly unload: readonly string[];
  readonly load: readonly Connection[];
  /** Numbers of IKE_SAs that end. */
  readonly terminate: readonly string[];
  /** Connections to call for an IKE_SA with a CHILD_SA. */
  readonly initiate: readonly Connection[];
  /** Connections to call for an IKE_SA alone, by which both ends authenticate again. */
  readonly authenticate: readonly Connection[];
}

/**
 * The steps from what charon has to what is wanted.
 *
 * ```
 * connection                                          then
 * not wanted, or changed by somebody                  unloaded
 * wanted, not loaded                                  loaded
 *
 * IKE_SA                                              then
 * of a peer that is not wanted                        ends
 * of a peer whose link is dead, but not just made     ends
 * of a peer that has not authenticated for 12 h       ends
 * with another identity than the peer's               ends
 * accepts a block that is not the peer's              ends
 * carries what an earlier connection did              ends when the present one carries packets
 * carries what is wanted                              stays, whatever the certificates of its connection
 * carries nothing, of an earlier connection           ends when there is one of the present
 * carries nothing, of the present connection          stays; of several the youngest
 *
 * peer with a known endpoint                          then
 * no IKE_SA carries what is wanted, or will           called
 * none was authenticated with present certificates    called to authenticate; packets go on under the keys that they have
 * ```
 *
 * Both ends call, because a peer may be unable to: two IKE_SAs of one pair disturb nobody. A new CHILD_SA beside an old one, as opposed to new keys of the
 * same one, can cost a packet that is under way; so certificates are renewed without one.
 */
export const ipsecSteps = ({ wanted, loaded, associations, renewed, now }: IpsecState): IpsecSteps => {
  const wantedByKey = new Map([...wanted.values()].map((connection) => [connection.peer.publicKey, connection]));
  const good = new Set(loaded.filter((one) => isAsWanted(one, wanted.get(one.name))).map(({ name }) => name));
  const ofPeers = Map.groupBy(associations, ({ connection }) => publicKeyOf(connection));
  const terminate: string[] = [];
  const initiate: Connection[] = [];
  const authenticate: Connection[] = [];
  for (const [key, own] of ofPeers) if (!wantedByKey.has(key)) terminate.push(...own.map(({ id }) => id));
  for (const [key, connection] of wantedByKey) {
    const own = ofPeers.get(key) ?? [];
    const ended = endedOf(own, connection, renewed.has(key), now);
    terminate.push(...ended);
    const remaining = own.filter(({ id }) => !ended.has(id));
    if (connection.address === undefined) continue;
    const isCarried = remaining.some((one) => carriedBy(one.connection) === carriedBy(connection.name) && (one.isUp || !one.isEstablished));
    if (!isCarried) initiate.push(connection);
    else if (!remaining.some((one) => one.connection === connection.name)) authenticate.push(connection);
  }
  return {
    unload: loaded.map(({ name }) => name).filter((name) => !good.has(name)),
    load: [...wanted.values()].filter(({ name }) => !good.has(name)),
    terminate,
    initiate,
    authenticate,
  };
};

/** Numbers of the IKE_SAs of a wanted peer that end. */
const endedOf = (own: readonly SecurityAssociation[], wanted: Connection, isRenewed: boolean, now: number): ReadonlySet<string> => {
  const blocks = new Set(wanted.peer.allowedIPs);
  const isPresent = ({ connection }: SecurityAssociation): boolean => connection === wanted.name;
  const carries = ({ connection }: SecurityAssociation): boolean => carriedBy(connection) === carriedBy(wanted.name);
  const authenticated = Math.max(0, ...own.map(({ established }) => established));
  const isForgotten = authenticated > 0 && now - authenticated > believedSeconds;
  const isReplaced = own.some((one) => one.isUp && carries(one));
  const youngest = Math.max(0, ...own.filter((one) => one.isEstablished && isPresent(one)).map(({ established }) => established));
  const ends = (one: SecurityAssociation): boolean => {
    if (!one.isEstablished) return !isPresent(one);
    if (isRenewed && now - one.established > mayBeGoodSeconds) return true;
    if (isForgotten || one.remoteId !== wanted.remoteId) return true;
    if (one.remoteBlocks.some((block) => !blocks.has(block))) return true;
    if (one.isUp) return !carries(one) && isReplaced;
    return isPresent(one) ? youngest - one.established > surelyKnownSeconds : youngest > 0;
  };
  return new Set(own.filter(ends).map(({ id }) => id));
};

const isAsWanted = (loaded: LoadedConnection, wanted: Connection | undefined): boolean =>
  wanted !== undefined &&
  loaded.remoteBlocks.join() === wanted.peer.allowedIPs.toSorted().join() &&
  loaded.remoteAddresses[0] === (wanted.address ?? '127.0.0.0/8');
