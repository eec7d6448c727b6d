import { charonPorts } from './connections.ts';

/** The plugins that the tunnel needs, in the order in which they are loaded: the userspace backend comes before the kernel's. */
export const charonPlugins = [
  'random',
  'nonce',
  'aes',
  'gcm',
  'sha2',
  'sha1',
  'hmac',
  'kdf',
  'openssl',
  'pem',
  'pkcs8',
  'x509',
  'pubkey',
  'constraints',
  'kernel-libipsec',
  'kernel-netlink',
  'socket-default',
  'vici',
] as const;

/**
 * A strongswan.conf(5) for one slice. Charon gets connections, certificates and the key over the socket only, and reads no other file. It has no plugin
 * that fetches anything. The routes that it makes are in a table of their own, behind all others: those that count are the slice's.
 *
 * @param socket path of the UNIX socket for vici
 */
export const charonConf = (socket: string): string => `charon-systemd {
  load = ${charonPlugins.join(' ')}
  # The port for IKE without encapsulation takes any number, and nothing reaches it.
  port = 0
  port_nat_t = ${charonPorts.own}
  install_routes = no
  install_virtual_ip = no
  routing_table = 220
  routing_table_prio = 32800
  # Packets that are under way when keys are replaced are still taken.
  delete_rekeyed_delay = 5
  keep_alive = 25
  # A call that nobody answers is given up after 16 s.
  retransmit_timeout = 1
  retransmit_base = 1.6
  retransmit_tries = 4
  # With fewer, jobs that never end leave none for the socket.
  threads = 16
  filelog {
    stderr {
      default = 0
      esp = -1
      knl = -1
      flush_line = yes
    }
  }
  plugins {
    vici {
      socket = unix://${socket}
    }
    kernel-libipsec {
      allow_peer_ts = no
    }
  }
}
`;
