import { type Condition, exceptionVerdicts, type Verdict } from '../../api/condition.ts';

/** Below this a file system is as good as full, in bytes. */
const leastFreeBytes = 1024 * 1024;

/** What a node sees of its own surroundings that is not of a slice. */
export interface NodeSurroundings {
  /** The file of the container network that its runtime uses, and whether our plugin can be, and is, in it; undefined where it could not be read. */
  readonly cni: { readonly active: string | undefined; readonly isList: boolean; readonly chained: boolean } | undefined;
  /** Free bytes where the node keeps what it must remember; undefined where that could not be read. */
  readonly disk: { readonly path: string; readonly freeBytes: number } | undefined;
}

/** Whether a disk is as good as full. */
export const isFull = (disk: NodeSurroundings['disk']): boolean => disk !== undefined && disk.freeBytes < leastFreeBytes;

/** What a node cannot mend by itself, the worst first: it works, and will not in all cases. */
export const nodeTrouble = (
  { cni, disk }: NodeSurroundings,
  narrow: readonly string[],
  mtu: number | undefined,
): Pick<Verdict, 'reason' | 'message'> | undefined => {
  if (narrow.length > 0)
    return {
      reason: 'PacketsTooLarge',
      message: `Packets of ${mtu ?? 'full'} bytes to cluster ${narrow.join(', ')} are lost, and small ones arrive: the network between the nodes carries less than the MTU of their interfaces; set it to what the network carries.`,
    };
  if (disk !== undefined && isFull(disk))
    return {
      reason: 'DiskFull',
      message: `The disk of ${disk.path} is full: what this node must remember for a reboot cannot be written; make room there.`,
    };
  if (cni !== undefined && !(cni.isList && cni.chained)) {
    const why =
      cni.active === undefined
        ? 'There is no container network configuration'
        : cni.isList
          ? `The plugin is not in ${cni.active}`
          : `The container network uses ${cni.active}, which takes no further plugin`;
    return {
      reason: 'CniNotChained',
      message: `${why}, so pods are attached only some moments after they have started; see "kubeslice doctor".`,
    };
  }
  return undefined;
};

/** The condition Degraded of a node's slice, once there was something to tell. */
export const troubleVerdicts = (
  before: readonly Condition[] | undefined,
  trouble: Pick<Verdict, 'reason' | 'message'> | undefined,
): Verdict[] =>
  exceptionVerdicts(before, trouble && { type: 'Degraded', status: 'True', ...trouble }, {
    type: 'Degraded',
    status: 'False',
    reason: 'Ready',
    message: 'Nothing is wrong around this node.',
  });
