import { expect, it } from 'vitest';
import { hostTunnels } from '../../src/kernel/tunnel/tunnel.ts';

/*
 * B13: an agent that was killed between making a kernel tunnel and moving it into its slice's namespace left an interface that held a UDP port for ever.
 */

const signal = new AbortController().signal;

it.each([
  ['ours and others', [{ ifname: 'ks0a1b2c3d' }, { ifname: 'wg0' }, { ifname: 'ks-trial' }, { ifname: 'ks0a1b2c3d4' }, {}], ['ks0a1b2c3d']],
  ['none', [], []],
])('finds %s', async (_, links, expected) => {
  const asked: string[] = [];
  const run = async (argv: readonly string[]) => {
    asked.push(argv.join(' '));
    return { code: 0, stdout: JSON.stringify(links), stderr: '' };
  };
  expect(await hostTunnels(run, ['enter'], signal)).toEqual(expected);
  expect(asked).toEqual(['enter ip -j link show type wireguard']);
});

it('takes a machine that cannot be asked for one without any', async () => {
  expect(await hostTunnels(async () => ({ code: 1, stdout: '', stderr: 'no' }), [], signal)).toEqual([]);
});
