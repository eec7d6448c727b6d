import type { Run } from '../../host/run.ts';
import { startProgram } from '../../host/start-program.ts';
import type { SeenFlows } from '../../plan/flows/counted-flow.ts';
import { type Clock, sleep } from '../../values/clock.ts';
import { Failure } from '../../values/failure.ts';
import { inNetns, netnsPath } from '../netns.ts';
import { flowsIn, listSet, packetsOf } from './recorded-flows.ts';

/** Sets of the flows that pass: of those that policies track, of others by port, and of protocols without ports. */
const sets = { tracked: 'tracked_flows', ported: 'ported_flows', others: 'other_flows' } as const;
/** Flows in each set. */
const room = 8192;

/** How long the rules may take to load, in milliseconds. */
const loadMs = 5_000;

/**
 * The commands of a table that counts the flows that pass. It comes after the judgement of policies, and changes no packet.
 *
 * Where policies track flows, every packet counts for its flow, in both directions. Elsewhere only packets of the direction in which the kernel saw a flow
 * begin do, and of TCP the first one: nobody knows who called in an older connection.
 */
export const watchCommands = (table: string): string[] => {
  const set = (name: string, type: string): string =>
    `add set inet ${table} ${name} { type ${type}; size ${room}; flags dynamic,timeout; timeout 1h; }`;
  const chain = (name: string, record: string): string[] => [
    `add chain inet ${table} ${name}`,
    `add rule inet ${table} ${name} update ${record} accept`,
    `add rule inet ${table} ${name} counter name "missed"`,
  ];
  const forward = (rule: string): string => `add rule inet ${table} forward ${rule}`;
  return [
    `add table inet ${table} { flags owner; }`,
    `add counter inet ${table} missed`,
    set(sets.tracked, 'ipv4_addr . ipv4_addr . inet_proto . mark'),
    set(sets.ported, 'ipv4_addr . ipv4_addr . inet_proto . inet_service'),
    set(sets.others, 'ipv4_addr . ipv4_addr . inet_proto'),
    ...chain('tracked', `@${sets.tracked} { ct original ip saddr . ct reply ip saddr . meta l4proto . ct mark counter }`),
    ...chain('ported', `@${sets.ported} { ip saddr . ip daddr . meta l4proto . th dport counter }`),
    ...chain('other', `@${sets.others} { ip saddr . ip daddr . meta l4proto counter }`),
    `add chain inet ${table} forward { type filter hook forward priority filter + 2; policy accept; }`,
    forward('icmp type { destination-unreachable, time-exceeded, parameter-problem } accept'),
    forward('ct mark != 0 goto tracked'),
    forward('ct direction reply accept'),
    forward('tcp flags & (fin | syn | rst | ack) != syn accept'),
    forward('meta l4proto { tcp, udp, sctp } goto ported'),
    forward('goto other'),
  ];
};

/**
 * Counts the flows that pass a slice on this node for a time.
 *
 * The kernel removes a table with an owner when the program that made it ends, and that program ends with this one (nft(8), flag `owner`). So nothing
 * stays behind, and at rest nothing is counted.
 *
 * @throws Failure CommandFailed when the kernel refuses the rules, Interrupted.
 */
export const watchFlows = async (
  run: Run,
  netns: string,
  { forMs, clock }: { readonly forMs: number; readonly clock: Clock },
  signal: AbortSignal,
): Promise<SeenFlows> => {
  const table = `kubeslice_watch_${process.pid}`;
  let ended: string | undefined;
  let errors = '';
  const owner = startProgram(inNetns(netnsPath(netns), ['nft', '-i']), ['pipe', 'ignore', 'pipe'], (why) => {
    ended = why;
  });
  owner?.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = `${errors}${text}`.slice(0, 500);
  });
  try {
    owner?.stdin?.write(
      watchCommands(table)
        .map((line) => `${line}\n`)
        .join(''),
    );
    for (let waited = 0; !(await isLoaded(run, netns, table, signal)); waited += 50) {
      if (errors !== '' || ended !== undefined || waited >= loadMs)
        throw new Failure(
          'CommandFailed',
          `The kernel of this node counts no flows of ${netns}: ${errors.split('\n')[0] || ended || 'nft does not answer'}; see whether "nft" works there.`,
        );
      await sleep(clock, 50, signal);
    }
    await sleep(clock, forMs, signal);
    const flows = await Promise.all(
      Object.values(sets).map(async (set) => {
        const listing = await listSet(run, netns, table, set, signal);
        if (listing === undefined)
          throw new Failure('CommandFailed', `The slice of ${netns} ended on this node while its flows were counted.`);
        return flowsIn(listing);
      }),
    );
    return { flows: flows.flat(), missed: await packetsOf(run, netns, table, 'missed', signal) };
  } finally {
    owner?.kill('SIGKILL');
  }
};

/** Whether the last rule is there. */
const isLoaded = async (run: Run, netns: string, table: string, signal: AbortSignal): Promise<boolean> => {
  const { code, stdout } = await run(inNetns(netnsPath(netns), ['nft', 'list', 'chain', 'inet', table, 'forward']), { signal });
  return code === 0 && stdout.includes('goto other');
};
