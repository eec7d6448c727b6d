import type { Break } from '../break.ts';

/** The tunnel of a node with a key that nobody knows. */
export const wrongKey: Break = {
  name: 'wrong key',
  make: async (world) =>
    void (await world.onNode(
      'west',
      'wg genkey >/run/kubeslice/exam.key; wg set "$(wg show interfaces)" private-key /run/kubeslice/exam.key; rm /run/kubeslice/exam.key',
    )),
  isBroken: async (world) => {
    const [published] = await world.list('west', 'slicenodes', '--namespace', 'kubeslice-system');
    return !(await world.onNode('west', 'wg show all public-key')).includes(String(published?.status?.publicKey));
  },
  undo: async () => undefined,
};
