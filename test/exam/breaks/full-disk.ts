import type { Break } from '../break.ts';

const folder = '/var/lib/kubeslice';

/** A disk that takes nothing any more: a small file system that is full, in place of the agent's own folder. */
export const fullDisk: Break = {
  name: 'full disk',
  make: async (world) =>
    void (await world.onNode(
      'east',
      `mount -t tmpfs -o size=64k exam ${folder}; dd if=/dev/zero of=${folder}/full bs=4k 2>/dev/null || true`,
    )),
  status: /disk|cannot be written|ENOSPC/i,
  cause: { command: ['doctor', '--context', 'east'], says: /DiskFull/ },
  remedy: 'outside',
  undo: async (world) => void (await world.onNode('east', `umount ${folder} 2>/dev/null || true`)),
};
