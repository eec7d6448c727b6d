import { access, constants } from 'node:fs/promises';
import type { Run } from '../../host/run.ts';
import type { TunnelDriver } from '../../values/tunnel-driver.ts';
import { charonProgram, pluginFiles } from '../ipsec/charon-root.ts';
import type { DriverVerdict } from '../port.ts';

/** Paths of the tunnel programs, for this process. */
export interface TunnelPrograms {
  /** wireguard-go */
  readonly wireguard: string;
  /** ipsec-tunnel */
  readonly ipsec: string;
}

/**
 * Tests which tunnel drivers work: it creates and deletes a WireGuard interface in the kernel, and checks for the tunnel programs, strongSwan's plugins
 * and `/dev/net/tun`.
 *
 * @param enter arguments that run a command in the machine's network namespace
 */
export const probeDrivers = async (
  run: Run,
  enter: readonly string[],
  { wireguard, ipsec }: TunnelPrograms,
  signal: AbortSignal,
): Promise<DriverVerdict[]> => [
  await probeKernel(run, enter, signal),
  await verdictOf('WireGuardUserspace', [wireguard], 'wireguard-go and TUN devices exist'),
  await verdictOf(
    'IPsec',
    [ipsec, charonProgram, ...pluginFiles],
    'strongSwan exists; it encrypts by its userspace backend, which is slow, some 20 Mb/s, so Auto does not choose it',
  ),
];

const trialInterface = 'ks-trial';

const probeKernel = async (run: Run, enter: readonly string[], signal: AbortSignal): Promise<DriverVerdict> => {
  const made = await run([...enter, 'ip', 'link', 'add', trialInterface, 'type', 'wireguard'], { signal });
  await run([...enter, 'ip', 'link', 'del', trialInterface], { signal });
  // An interface that a killed agent left proves the same.
  const usable = made.code === 0 || made.stderr.includes('File exists');
  const output = made.stderr.trim().split('\n')[0] ?? '';
  return {
    driver: 'WireGuard',
    usable,
    reason: usable ? 'the kernel has WireGuard' : `the kernel has no WireGuard (${output || `exit code ${made.code}`})`,
  };
};

/** Usable when these files and TUN devices are there. */
const verdictOf = async (driver: TunnelDriver, files: readonly string[], reason: string): Promise<DriverVerdict> => {
  const missing: string[] = [];
  for (const file of files) await access(file, file.endsWith('.so') ? constants.R_OK : constants.X_OK).catch(() => missing.push(file));
  await access('/dev/net/tun', constants.R_OK | constants.W_OK).catch(() => missing.push('/dev/net/tun'));
  return {
    driver,
    usable: missing.length === 0,
    reason: missing.length === 0 ? reason : `${missing.join(' and ')} is missing`,
  };
};
