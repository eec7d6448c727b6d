import { isDnsLabel } from '../../values/text/names.ts';

/** Ports of one pod. */
export interface PodPorts {
  /** The pod's address in the slice. */
  readonly address: string;
  readonly ports: readonly number[];
}

/** The question which TCP ports of pods on a node have no listener. It is sent as a path, because an agent serves only GET. */
export interface ListenerQuestion {
  readonly slice: string;
  readonly pods: readonly PodPorts[];
}

/** Limits of one question and its answer: a question is one line of a request, and each pod costs the node a program. */
export const listenerLimits = { pods: 64, ports: 256, answerBytes: 16_384 } as const;

const place = /^\/v1\/listeners\/(?<slice>[^/]+)$/;
const podPorts = /^(?<address>\d{1,3}(?:\.\d{1,3}){3}):(?<ports>\d{1,5}(?:,\d{1,5})*)$/;

/** The path of the question to an agent of the own cluster. */
export const listenerPath = ({ slice, pods }: ListenerQuestion): string =>
  `/v1/listeners/${slice}?pods=${pods.map(({ address, ports }) => `${address}:${ports.join(',')}`).join(';')}`;

/** Reads a path and its query; undefined for anything else, and for a question beyond {@link listenerLimits}. */
export const readListenerQuestion = (path: string, query: URLSearchParams): ListenerQuestion | undefined => {
  const { slice = '' } = place.exec(path)?.groups ?? {};
  if (!isDnsLabel(slice)) return undefined;
  const pods: PodPorts[] = [];
  let count = 0;
  for (const text of (query.get('pods') ?? '').split(';')) {
    const { address, ports: list } = podPorts.exec(text)?.groups ?? {};
    if (address === undefined || list === undefined) return undefined;
    const ports = list.split(',').map(Number);
    count += ports.length;
    if (ports.some((port) => port < 1 || port > 65_535)) return undefined;
    if (pods.push({ address, ports }) > listenerLimits.pods || count > listenerLimits.ports) return undefined;
  }
  return { slice, pods };
};

/** The answer: for each readable pod, which of the ports in the question have no listener. */
export interface ListenerAnswer {
  readonly pods: readonly { readonly address: string; readonly closed: readonly number[] }[];
}
