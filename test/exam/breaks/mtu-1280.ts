import type { Break } from '../break.ts';

/** A network between the sites that carries 1280 bytes and drops what is larger without a word. */
export const mtu1280: Break = {
  name: 'MTU 1280',
  make: async (world) =>
    void (await world.onRouter(
      'nft add table inet exam; nft add chain inet exam f "{ type filter hook forward priority 0; }"; nft add rule inet exam f meta length gt 1280 udp dport 51820-51899 drop',
    )),
  status: /large|1280|MTU/,
  cause: { command: ['explain', 'app-ns/client', 'app-ns/backend-service', '--context', 'west'], says: /carries less than 1480 bytes/ },
  remedy: 'outside',
  undo: async (world) => void (await world.onRouter('nft delete table inet exam 2>/dev/null || true')),
};
