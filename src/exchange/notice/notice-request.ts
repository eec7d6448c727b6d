import { isDnsLabel } from '../../values/text/names.ts';
import { type Position, pageLimits } from './notice-page.ts';

/** Which notices are asked for. */
export interface NoticeRequest {
  /** The notices after a position, or a summary of all of them as soon as the latest has another position. */
  readonly what: 'notices' | 'heads';
  readonly slice: string;
  /** Undefined where only one cluster can be meant. */
  readonly cluster: string | undefined;
  readonly after: Position;
  /** How long to wait for a newer notice, in milliseconds; at most the limit in {@link pageLimits}. */
  readonly waitMs: number;
}

const own = /^\/v1\/(?<what>notices|heads)\/(?<slice>[^/]+)$/;
const ofPeer = /^\/v1\/peers\/(?<slice>[^/]+)\/(?<cluster>[^/]+)\/(?<what>notices|heads)$/;

/** Reads a path and its query; undefined for anything else. */
export const readNoticeRequest = (path: string, query: URLSearchParams): NoticeRequest | undefined => {
  const { what, slice = '', cluster } = (own.exec(path) ?? ofPeer.exec(path))?.groups ?? {};
  const after = whole(query.get('after') ?? '0');
  const waitMs = whole(query.get('waitMs') ?? '0');
  if (!isDnsLabel(slice) || (cluster !== undefined && !isDnsLabel(cluster)) || after === undefined || waitMs === undefined)
    return undefined;
  return { what: what === 'heads' ? 'heads' : 'notices', slice, cluster, after, waitMs: Math.min(waitMs, pageLimits.waitMs) };
};

const whole = (text: string): number | undefined => {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
};

/** The path that requests a cluster's own notices from one of its nodes. */
export const ownNoticesPath = ({ what, slice, after, waitMs }: Omit<NoticeRequest, 'cluster'>): string =>
  `/v1/${what}/${slice}?after=${after}&waitMs=${waitMs}`;

/** The path that requests the notices of another cluster from an agent of the own cluster. */
export const peerNoticesPath = ({ what, slice, cluster, after, waitMs }: NoticeRequest & { readonly cluster: string }): string =>
  `/v1/peers/${slice}/${cluster}/${what}?after=${after}&waitMs=${waitMs}`;
