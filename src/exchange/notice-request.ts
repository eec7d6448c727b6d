import { isDnsLabel } from '../values/names.ts';
import { type Position, pageLimits } from './notice-page.ts';

/** Which notices are asked for. */
export interface NoticeRequest {
  readonly slice: string;
  /** Undefined where there is only one cluster to ask for. */
  readonly cluster: string | undefined;
  readonly after: Position;
  /** Milliseconds to wait for something newer; at the most those of {@link pageLimits}. */
  readonly waitMs: number;
}

const own = /^\/v1\/notices\/([^/]+)$/;
const ofPeer = /^\/v1\/peers\/([^/]+)\/([^/]+)\/notices$/;

/** Reads a path and its query; undefined for anything else. */
export const readNoticeRequest = (path: string, query: URLSearchParams): NoticeRequest | undefined => {
  const [, slice = '', cluster] = own.exec(path) ?? ofPeer.exec(path) ?? [];
  const after = whole(query.get('after') ?? '0');
  const waitMs = whole(query.get('waitMs') ?? '0');
  if (!isDnsLabel(slice) || (cluster !== undefined && !isDnsLabel(cluster)) || after === undefined || waitMs === undefined)
    return undefined;
  return { slice, cluster, after, waitMs: Math.min(waitMs, pageLimits.waitMs) };
};

const whole = (text: string): number | undefined => {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
};

/** The path by which a node of another cluster is asked for the notices of that cluster. */
export const ownNoticesPath = ({ slice, after, waitMs }: Omit<NoticeRequest, 'cluster'>): string =>
  `/v1/notices/${slice}?after=${after}&waitMs=${waitMs}`;

/** The path by which an agent of one's own cluster is asked for the notices of another cluster. */
export const peerNoticesPath = ({ slice, cluster, after, waitMs }: NoticeRequest & { readonly cluster: string }): string =>
  `/v1/peers/${slice}/${cluster}/notices?after=${after}&waitMs=${waitMs}`;
