import type { Break } from '../break.ts';

const ahead = '--import=data:text/javascript,{const%20n=Date.now;Date.now=()=>n()+36e5}';

/** A member whose clock is an hour ahead: the clock of its worker's process, since all clusters of a playground share the machine's. */
export const clockOff: Break = {
  name: 'clock off',
  make: async (world) => {
    await world.kubectl('east', ['--namespace', 'kubeslice-system', 'set', 'env', 'deployment/kubeslice-worker', `NODE_OPTIONS=${ahead}`]);
    await world.kubectl('east', ['--namespace', 'kubeslice-system', 'rollout', 'status', 'deployment/kubeslice-worker', '--timeout=60s']);
  },
  status: /clock/i,
  cause: { command: ['doctor', '--context', 'hub'], says: /ClockDiffers/ },
  remedy: 'outside',
  undo: async (world) => {
    await world.kubectl('east', ['--namespace', 'kubeslice-system', 'set', 'env', 'deployment/kubeslice-worker', 'NODE_OPTIONS-']);
    await world.kubectl('east', ['--namespace', 'kubeslice-system', 'rollout', 'status', 'deployment/kubeslice-worker', '--timeout=60s']);
  },
};
