import type { Break } from '../break.ts';

const folder = '/host/etc/cni/net.d';

/** Another network plug-in that puts its file, in which nothing can be chained, before the one in use. */
export const cniNotChained: Break = {
  name: 'CNI not chained',
  make: async (world) =>
    void (await world.onNode('east', `printf '{"cniVersion":"1.0.0","name":"exam","type":"loopback"}' >${folder}/00-exam.conf`)),
  status: /CNI|container network|00-exam/i,
  cause: { command: ['doctor', '--context', 'east'], says: /00-exam\.conf/ },
  remedy: 'printed',
  undo: async (world) => void (await world.onNode('east', `rm -f ${folder}/00-exam.conf ${folder}/00-exam.conf.disabled`)),
};
