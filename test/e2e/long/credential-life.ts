import { ensure, until } from '../until.ts';
import type { World } from '../world.ts';

/** The shortest life that Kubernetes gives a token, in seconds (TokenRequest). */
export const shortestLifeSeconds = 600;

const system = 'kubeslice-system';

/** When the hub credential that a member keeps was issued and expires, in seconds since 1970. */
export const credentialOf = async (world: World, member: string): Promise<{ readonly iat: number; readonly exp: number }> => {
  const secret = ['get', 'secret', 'kubeslice-hub', '--namespace', system, '-o', 'jsonpath={.data.token}'];
  const token = Buffer.from(await world.kubectl(member, secret), 'base64').toString();
  const claims: { iat: number; exp: number } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return claims;
};

/** Sets how long hub credentials last on the hub and in members, or, with `-`, as long as they do by default. */
const setLife = async (world: World, members: readonly string[], value: `=${number}` | '-'): Promise<void> => {
  for (const [context, namespace, workload] of [
    ['hub', 'kubeslice-controller', 'deployment/kubeslice-controller'],
    ...members.map((member) => [member, system, 'deployment/kubeslice-worker'] as const),
  ] as const) {
    await world.kubectl(context, ['set', 'env', workload, '--namespace', namespace, `HUB_CREDENTIAL_SECONDS${value}`]);
    await world.kubectl(context, ['rollout', 'status', workload, '--namespace', namespace, '--timeout=90s'], { timeoutMs: 100_000 });
  }
};

/** Gives members credentials of the shortest life now: what they hold ends with its account, and the next one is of the new length. */
export const shortenCredentials = async (world: World, members: readonly string[]): Promise<void> => {
  await setLife(world, members, `=${shortestLifeSeconds}`);
  for (const { metadata } of await world.list('hub', 'serviceaccount'))
    if (members.some((member) => metadata.name === `kubeslice-worker-${member}`))
      await world.kubectl('hub', ['delete', 'serviceaccount', metadata.name, '--namespace', metadata.namespace ?? '']);
  for (const member of members)
    await until(
      `${member} has a credential of ${shortestLifeSeconds} s`,
      async () => {
        const { iat, exp } = await credentialOf(world, member);
        ensure(exp - iat <= shortestLifeSeconds, `${exp - iat} s`);
      },
      { withinMs: 180_000, everyMs: 1_000 },
    );
};

/** Credentials last as long as by default again, from the next renewal on. */
export const restoreCredentials = (world: World, members: readonly string[]): Promise<void> => setLife(world, members, '-');
