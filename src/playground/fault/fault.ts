/** A fault that lasts until it is healed. */
export type Fault =
  | { kind: 'cut'; between: readonly [string, string] }
  /** Share of packets lost in each direction, between 0 and 1. */
  | { kind: 'loss'; between: readonly [string, string]; share: number }
  /** Added to each direction, so that a round trip takes twice this longer. */
  | { kind: 'delay'; between: readonly [string, string]; milliseconds: number }
  /** A service that was killed and is not started again. */
  | { kind: 'held'; machine: string; service: string }
  /** A program of KubeSlice that is stopped (SIGSTOP) where it is; one that its kubelet starts in its place runs. */
  | { kind: 'frozen'; machine: string; program: string }
  /** A machine without power. */
  | { kind: 'off'; machine: string };

/** What a fault is about; two faults about the same thing do not add up, the later replaces the earlier. */
export function faultKey(fault: Fault): string {
  if (fault.kind === 'off') return `off ${fault.machine}`;
  if (fault.kind === 'held') return `held ${fault.machine} ${fault.service}`;
  if (fault.kind === 'frozen') return `frozen ${fault.machine} ${fault.program}`;
  return `${fault.kind} ${[...fault.between].toSorted().join(' ')}`;
}

/** The list with this fault in it, in place of an earlier one about the same thing. */
export function withFault(faults: readonly Fault[], fault: Fault): Fault[] {
  return [...faults.filter((each) => faultKey(each) !== faultKey(fault)), fault];
}

/** The list without this fault. */
export function withoutFault(faults: readonly Fault[], fault: Fault): Fault[] {
  return faults.filter((each) => faultKey(each) !== faultKey(fault));
}

/** Whether a fault is one of the network between clusters, with which machines can be started and added. */
export const isOfNetwork = ({ kind }: Fault): boolean => kind === 'cut' || kind === 'loss' || kind === 'delay';

/** One line for people. */
export function describeFault(fault: Fault): string {
  if (fault.kind === 'off') return `${fault.machine} is off`;
  if (fault.kind === 'held') return `${fault.service} of ${fault.machine} is stopped`;
  if (fault.kind === 'frozen') return `${fault.program} of ${fault.machine} is frozen`;
  const [a, b] = fault.between;
  if (fault.kind === 'cut') return `${a} and ${b} are cut off from one another`;
  if (fault.kind === 'loss') return `${fault.share * 100}% of the packets between ${a} and ${b} are lost`;
  return `packets between ${a} and ${b} take ${fault.milliseconds} ms longer each way`;
}
