import type { CliCommand, CliInput, CliOption } from '../../src/cli/command.ts';
import { sleep, systemClock } from '../../src/values/clock.ts';
import { describeFault, type Fault } from '../fault/fault.ts';
import { type FaultTarget, freezeProgram, heal, inject, killThings } from '../fault/inject.ts';
import { nameOption, playgroundName } from './name-option.ts';
import { places } from './places.ts';
import { duration, percentage } from './quantities.ts';

const forOption: CliOption = {
  flags: '--for <duration>',
  text: 'Heal it after this time (30s, 5m) and return only then; also when interrupted',
};
const between = [
  { usage: '<a>', text: 'A cluster or a machine' },
  { usage: '<b>', text: 'Another one' },
];

/** `kubeslice playground fault …`. */
export const faultCommand: CliCommand = {
  name: 'fault',
  summary: 'Break something, and heal it',
  description:
    'Faults last until they are healed, by --for, by "heal" or by "up". A process that is killed comes back by itself within a second or two, as under a real supervisor; a node that is killed stays off.',
  examples: [
    'kubeslice playground fault cut east west --for 30s',
    'kubeslice playground fault delay east west 50ms',
    'kubeslice playground fault loss east-node-1 west 5%',
    'kubeslice playground fault kill apiserver hub --hold',
    'kubeslice playground fault kill node east-node-2',
    'kubeslice playground fault freeze agent west-node-1 --for 20s',
    'kubeslice playground fault heal',
  ],
  commands: [
    {
      name: 'cut',
      summary: 'Drop every packet between two clusters or machines',
      arguments: between,
      options: [forOption, nameOption],
      run: async (input) => lasting(input, [{ kind: 'cut', between: ends(input) }]),
    },
    {
      name: 'delay',
      summary: 'Make packets between two clusters take longer, each way',
      arguments: [...between, { usage: '<time>', text: 'For example 50ms' }],
      options: [forOption, nameOption],
      run: async (input) => lasting(input, [{ kind: 'delay', between: ends(input), milliseconds: duration(input.arguments[2] ?? '') }]),
    },
    {
      name: 'loss',
      summary: 'Lose some of the packets between two clusters or machines, each way',
      arguments: [...between, { usage: '<share>', text: 'For example 5%' }],
      options: [forOption, nameOption],
      run: async (input) => lasting(input, [{ kind: 'loss', between: ends(input), share: percentage(input.arguments[2] ?? '') }]),
    },
    {
      name: 'kill',
      summary: 'Kill a machine, a service of Kubernetes or a program of KubeSlice',
      arguments: [
        {
          usage: '<what>',
          text: 'node, control-plane, cluster; apiserver, etcd, controller-manager, scheduler, kubelet, containerd, kube-proxy; controller, worker, agent, dns, wireguard-go',
        },
        { usage: '[where]', text: 'A cluster or a machine; services and programs are killed everywhere without it' },
      ],
      options: [{ flags: '--hold', text: 'Keep a service from being started again until it is healed' }, forOption, nameOption],
      run: async (input) => {
        const [what, where] = input.arguments;
        const time = healAfter(input);
        const hold = input.options.hold === true || time !== undefined;
        const killed = await killThings(target(input), what ?? '', where, hold, input.signal);
        for (const line of killed.lines) input.terminal.out(line);
        return await healLater(input, killed.lasting, time);
      },
    },
    {
      name: 'freeze',
      summary: 'Stop a program of KubeSlice where it is, without ending it',
      arguments: [
        { usage: '<program>', text: 'controller, worker, agent, dns, wireguard-go' },
        { usage: '[where]', text: 'A cluster or a machine; everywhere without it' },
      ],
      options: [forOption, nameOption],
      run: async (input) => {
        const [program, where] = input.arguments;
        const time = healAfter(input);
        const frozen = await freezeProgram(target(input), program ?? '', where, input.signal);
        for (const fault of frozen) input.terminal.out(describeFault(fault));
        return await healLater(input, frozen, time);
      },
    },
    {
      name: 'heal',
      summary: 'End all faults and start what is off',
      options: [nameOption],
      run: async (input) => {
        await heal(target(input), undefined, input.signal);
        input.terminal.out('healed');
        return 0;
      },
    },
  ],
};

const target = (input: CliInput): FaultTarget => ({ name: playgroundName(input), stateDirectory: places(input.env).state });

const ends = (input: CliInput): readonly [string, string] => [input.arguments[0] ?? '', input.arguments[1] ?? ''];

/** Milliseconds of `--for`. Read before the first change, so that no fault is made that would not be healed. */
const healAfter = ({ options }: CliInput): number | undefined => (options.for === undefined ? undefined : duration(String(options.for)));

async function lasting(input: CliInput, faults: readonly Fault[]): Promise<number> {
  const time = healAfter(input);
  await inject(target(input), faults, input.signal);
  for (const fault of faults) input.terminal.out(describeFault(fault));
  return await healLater(input, faults, time);
}

async function healLater(input: CliInput, faults: readonly Fault[], time: number | undefined): Promise<number> {
  if (time === undefined || faults.length === 0) return 0;
  try {
    await sleep(systemClock, time, input.signal);
  } finally {
    // A temporary fault must not stay, even after an interruption.
    await heal(target(input), faults, new AbortController().signal);
    input.terminal.out('healed');
  }
  return 0;
}
