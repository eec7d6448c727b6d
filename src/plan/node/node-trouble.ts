import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';
import { compareText } from '../../values/text/order.ts';

/** With less free space a file system counts as full, in bytes. */
const leastFreeBytes = 1024 * 1024;

/** Facts about a node that belong to no slice. */
export interface NodeConditions {
  /**
   * The active configuration file of the container network, whether it can contain our plugin, and whether it does; undefined when it could not be
   * read.
   */
  readonly cni: { readonly active: string | undefined; readonly isList: boolean; readonly chained: boolean } | undefined;
  /** Free bytes of the disk with the node's stored state; undefined when that could not be read. */
  readonly disk: { readonly path: string; readonly freeBytes: number } | undefined;
}

/** With less time left, the certificate of a node counts as not renewed, in milliseconds: it is renewed when half of its 12 hours are over. */
const leastCertificateMs = 3 * 3_600_000;

/** Whether a disk counts as full. */
export const isFull = (disk: NodeConditions['disk']): boolean => disk !== undefined && disk.freeBytes < leastFreeBytes;

/** Faults that a node cannot repair itself, the worst first: it works, but not in all cases. */
export const nodeTrouble = (
  { cni, disk }: NodeConditions,
  narrow: readonly string[],
  mtu: number | undefined,
  certificate: { readonly notAfter: number; readonly now: number } | undefined,
): Pick<Verdict, 'reason' | 'message'> | undefined => {
  if (narrow.length > 0)
    return {
      reason: 'PacketsTooLarge',
      message: `Packets of ${mtu ?? 'full'} bytes to cluster ${narrow.join(', ')} are lost while small ones arrive: the network between the nodes has a smaller MTU than their interfaces; set the MTU of the interfaces to that of the network.`,
    };
  if (disk !== undefined && isFull(disk))
    return {
      reason: 'DiskFull',
      message: `The disk of ${disk.path} is full: this node cannot store the state that it needs after a reboot; free space there.`,
    };
  if (certificate !== undefined && certificate.notAfter - certificate.now < leastCertificateMs) {
    const end = new Date(certificate.notAfter).toISOString();
    const what =
      certificate.notAfter > certificate.now ? `ends at ${end} and was not renewed after half of its 12 hours` : `ended at ${end}`;
    return {
      reason: 'CertificateExpiring',
      message: `The certificate of this node ${what}; without it the tunnels to nodes that use mutual TLS close. The worker of this cluster renews it: check with "kubectl -n kubeslice-system get pods" whether it runs, and its log.`,
    };
  }
  if (cni !== undefined && !(cni.isList && cni.chained)) {
    const why =
      cni.active === undefined
        ? 'There is no container network configuration'
        : cni.isList
          ? `The plugin is not in ${cni.active}`
          : `The container network uses ${cni.active}, which allows no further plugin`;
    return {
      reason: 'CniNotChained',
      message: `${why}, so pods are attached only moments after they have started; see "kubeslice doctor".`,
    };
  }
  return undefined;
};

/**
 * Whether a node reports its faults in its SliceNode of a slice: in those of all slices that it is in. A node that is in none reports them in the
 * first one, since a fault of a node must not cost a write for each slice that does not use it.
 */
export const reportsTrouble = (slice: string, slices: readonly { readonly name: string; readonly idle?: true }[]): boolean => {
  const inUse = slices.filter(({ idle }) => idle !== true).map(({ name }) => name);
  const [first] = slices.map(({ name }) => name).toSorted(compareText);
  return inUse.length === 0 ? slice === first : inUse.includes(slice);
};

/** The condition Degraded of a node's slice, if there was ever a fault. */
export const troubleVerdicts = (
  before: readonly Condition[] | undefined,
  trouble: Pick<Verdict, 'reason' | 'message'> | undefined,
): Verdict[] =>
  exceptionVerdicts(before, trouble && { type: 'Degraded', status: 'True', ...trouble }, {
    type: 'Degraded',
    status: 'False',
    reason: 'Ready',
    message: 'The node has no faults.',
  });
