/** A fault that lasts until it is healed. */
export type Fault =
  | { kind: 'cut'; between: readonly [string, string] }
  /** Share of packets lost in each direction, between 0 and 1. */
  | { kind: 'loss'; between: readonly [string, string]; share: number }
  /** Added to each direction, so a round trip takes twice this longer. */
  | { kind: 'delay'; between: readonly [string, string]; milliseconds: number }
  /** A service that was killed and stays stopped. */
  | { kind: 'held'; machine: string; service: string }
  /** A program of KubeSlice that is suspended (SIGSTOP); a replacement that its kubelet starts runs. */
  | { kind: 'frozen'; machine: string; program: string }
  /** A machine without power. */
  | { kind: 'off'; machine: string };

/** The subject of a fault; a fault with the same subject replaces the earlier one. */
export function faultKey(fault: Fault): string {
  if (fault.kind === 'off') return `off ${fault.machine}`;
  if (fault.kind === 'held') return `held ${fault.machine} ${fault.service}`;
  if (fault.kind === 'frozen') return `frozen ${fault.machine} ${fault.program}`;
  return `${fault.kind} ${[...fault.between].toSorted().join(' ')}`;
}

/** The list with this fault, replacing an earlier one with the same subject. */
export function withFault(faults: readonly Fault[], fault: Fault): Fault[] {
  return [...faults.filter((each) => faultKey(each) !== faultKey(fault)), fault];
}

/** The list without this fault. */
export function withoutFault(faults: readonly Fault[], fault: Fault): Fault[] {
  return faults.filter((each) => faultKey(each) !== faultKey(fault));
}

/** Whether a fault affects only the network between clusters; machines can be started and added during such a fault. */
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
