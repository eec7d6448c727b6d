/** What a room may import, and why not more. */
export interface Room {
  /** Rooms it may import values from. */
  readonly values: readonly string[];
  /** Rooms it may import types from, beside those. */
  readonly types?: readonly string[];
  readonly reason: string;
}

const adapter = (reason: string): Room => ({ values: ['values', 'host', 'api', 'telemetry'], types: ['plan'], reason });

/** Every folder of `src`, with its place in values → api → plan → adapters → programs. */
export const rooms: Readonly<Record<string, Room>> = {
  values: { values: [], reason: 'values/ is what everything else stands on; it must be usable and testable without anything else' },
  api: { values: ['values'], reason: 'api/ says what a user can say; it must not know how that is decided or done' },
  host: {
    values: ['values'],
    reason: 'host/ reads and writes files of this machine for adapters, playground and programs; it knows nothing of what is in them',
  },
  identity: {
    values: ['values', 'api'],
    reason: 'identity/ holds keys and certificates; it must stay small enough to review as a whole',
  },
  exchange: {
    values: ['values', 'api', 'identity'],
    reason: 'exchange/ is all that a member says and believes; a reviewer must be able to read it alone',
  },
  plan: {
    values: ['values', 'api', 'exchange'],
    reason:
      'plan/ decides and does nothing else; with an adapter in reach a decision would soon depend on I/O that no table of cases can show',
  },
  install: {
    values: ['values', 'api'],
    reason: 'install/ is a pure function from options to manifests, used by the chart and the CLI alike',
  },
  telemetry: { values: ['values'], reason: 'telemetry/ is used by every adapter and by loop/; it would make a circle if it used them' },
  loop: {
    values: ['values', 'telemetry'],
    reason: 'loop/ drives any observe-decide-act; only reconcile/ joins it with adapters and plans',
  },
  kubernetes: adapter('an adapter that uses another cannot be tested or replaced alone; reconcile/ joins them'),
  kernel: adapter('kernel/ makes a desired state true on a node; where that state comes from is not its business'),
  dns: adapter('dns/ speaks DNS; which names exist is decided in plan/names and joined in reconcile/names'),
  playground: {
    values: ['values', 'host', 'cli'],
    reason:
      'playground/ makes clusters as an outsider would; using our own adapters would hide their faults from the tests run on it. It is a command of the command line, whose form it takes',
  },
  serving: {
    values: ['values', 'host', 'api', 'telemetry', 'identity'],
    types: ['kubernetes'],
    reason: 'serving/ answers over HTTP for any program; what is answered is handed to it',
  },
  reconcile: {
    values: ['values', 'host', 'api', 'identity', 'exchange', 'plan', 'telemetry', 'loop', 'kubernetes', 'kernel', 'dns', 'serving'],
    reason: 'reconcile/ joins observation, decision and action; what a person types, and how a program starts, is not its business',
  },
  cli: {
    values: ['values', 'host', 'api', 'identity', 'exchange', 'plan', 'install', 'telemetry', 'kubernetes', 'playground', 'reconcile'],
    reason: 'cli/ does what a person asks for, and ends; it starts no program and changes no kernel',
  },
  programs: {
    values: [
      'values',
      'host',
      'api',
      'identity',
      'plan',
      'install',
      'telemetry',
      'loop',
      'kubernetes',
      'kernel',
      'serving',
      'reconcile',
      'cli',
    ],
    reason: 'programs/ reads arguments and environment and starts the rest',
  },
};

/** The rooms of the command line, `src/cli/<room>/`, and which of them each may import values from; `.` is the folder itself. */
export const commandLineRooms: Readonly<Record<string, Room>> = {
  render: { values: [], types: ['.', 'fleet'], reason: 'render/ turns a result into text; what it shows is read and decided before' },
  options: { values: [], types: ['.'], reason: 'options/ reads what a person wrote; it must not need a cluster for that' },
  steps: { values: ['.', 'options', 'render'], reason: 'steps/ is what several commands do; a step that needs a command belongs to it' },
  fleet: { values: ['options', 'render', 'steps'], types: ['.'], reason: 'fleet/ reads what hub and members show, for several commands' },
  diagnosis: {
    values: ['options', 'steps'],
    types: ['.'],
    reason: 'diagnosis/ reads what a diagnosis goes by; findings are printed by commands',
  },
  trust: {
    values: ['options', 'render', 'steps', 'fleet'],
    types: ['.'],
    reason: 'trust/ has the commands of "kubeslice trust" that change something',
  },
  commands: {
    values: ['.', 'options', 'render', 'steps', 'fleet', 'diagnosis', 'trust'],
    reason: 'commands/ joins the rooms of the command line',
  },
  '.': { values: ['render'], reason: 'what starts the command line loads no command but the one that is asked for' },
};

/**
 * Rooms whose folders form layers: no folder imports values from one that imports values from it, directly or by way of others. A folder below one of
 * these counts as part of it, and the files beside them join them.
 */
export const layeredRooms: readonly string[] = ['src/exchange', 'src/plan', 'src/cli', 'src/reconcile', 'src/reconcile/member'];

/** Folders with more than fifteen files, and why. */
export const largeFolders: Readonly<Record<string, string>> = {
  'src/api': 'one file for each idea that all kinds share, beside the folders of the kinds',
  'src/plan/status': 'one table of status in each file, all of one shape',
  'src/cli/commands': 'one file for each command',
  'playground/commands': 'one file for each command of the playground',
  'src/cli/steps': 'one file for each step that several commands share',
  'src/values/builtin': 'one file for each built-in kind',
};

/** Rooms that only the command line may import, and why. */
export const onlyForCommandLine: Readonly<Record<string, string>> = {
  playground: 'the playground is a tool for people and tests, never a part of what runs in a cluster',
};

/** Files with which one can sign or make an authority, and the folders of the programs that hold a key. */
export const signing = {
  files: [
    'src/identity/authority.ts',
    'src/identity/create-authority.ts',
    'src/identity/create-signer.ts',
    'src/identity/rotate-authority.ts',
    'src/identity/node/issue-node-certificate.ts',
    'src/exchange/trust/issue.ts',
  ],
  signers: ['src/reconcile/member', 'src/cli', 'src/identity', 'src/exchange'],
  reason: 'only a worker and the command line hold the key of an authority; every other program must not be able to sign',
} as const;

/** Node modules that reach outside of the process; forbidden in the pure rooms. */
export const outsideWorld = /^node:(fs|net|tls|http|http2|https|dgram|dns|child_process|worker_threads|cluster|os|process|timers)(\/|$)/;

/** Rooms that must compute and nothing else. */
export const pureRooms: readonly string[] = ['values', 'api', 'exchange', 'plan', 'install'];
