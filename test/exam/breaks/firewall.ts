import type { Break } from '../break.ts';

/** A firewall on a node that drops the packets of tunnels. */
export const firewall: Break = {
  name: 'firewall',
  make: async (world) =>
    void (await world.onNode(
      'east',
      'nft add table inet exam; nft add chain inet exam input "{ type filter hook input priority 0; }"; nft add rule inet exam input udp dport 51820-51899 drop',
    )),
  status: /LinkDown|link.*down|not reach/i,
  cause: { command: ['explain', 'app-ns/client', 'app-ns/backend-service', '--context', 'west'], says: /firewall.*51820/s },
  remedy: 'printed',
  undo: async (world) => void (await world.onNode('east', 'nft delete table inet exam 2>/dev/null || true')),
};
