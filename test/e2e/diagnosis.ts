import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensure, until } from './until.ts';
import type { World } from './world.ts';

interface Step {
  readonly hop: string;
  readonly state: string;
  readonly remedy?: string;
}

interface Explained {
  readonly broken?: string;
  readonly hops: readonly Step[];
}

/** What an administrator asks when something does not work, on the example: that all is well, where it breaks, and what to hand to somebody else. */
export const diagnosisTopic = (world: World): void => {
  describe('finding out what is wrong', () => {
    test('doctor asks every node of a member and finds nothing', async () => {
      const { code, stdout, stderr } = await world.kubeslice(['doctor', '--context', 'east', '-o', 'json']);
      const [diagnosis]: readonly { findings: unknown[]; nodes: number; nodesAsked: number }[] = JSON.parse(stdout);
      expect(diagnosis?.findings, stderr).toEqual([]);
      expect(diagnosis?.nodesAsked).toBe(diagnosis?.nodes);
      expect(code).toBe(0);
    });

    test('explain follows the way with packets, and names the step that is broken with what mends it', async () => {
      const ask = ['explain', 'app-ns/client', 'app-ns/backend-service', '--context', 'west', '--to-context', 'east', '-o', 'json'];
      const well: Explained = JSON.parse((await world.kubeslice(ask)).stdout);
      expect(well.hops.map(({ hop, state }) => `${hop} ${state}`)).toEqual(
        ['membership', 'export', 'name', 'address', 'route', 'policy', 'tunnel', 'size', 'pod', 'port', 'way back'].map(
          (hop) => `${hop} ok`,
        ),
      );
      const service = ['--namespace', 'app-ns', 'patch', 'service', 'backend-service', '--type', 'json', '-p'];
      const lead = (port: number | string) => JSON.stringify([{ op: 'replace', path: '/spec/ports/0/targetPort', value: port }]);
      await world.kubectl('east', [...service, lead(9999)]);
      try {
        const explained = async () => {
          const { code, stdout } = await world.kubeslice(ask);
          const explanation: Explained = JSON.parse(stdout);
          // Until the change has reached the other cluster, another step is.
          ensure(explanation.broken === 'port', `broken is ${explanation.broken}`);
          return { code, explanation };
        };
        const { code, explanation: answer } = (await until('the port is broken', explained, { withinMs: 30_000 })).value;
        expect(code).toBe(2);
        expect(answer.hops.find(({ hop }) => hop === 'port')?.remedy).toContain('"value":80');
      } finally {
        await world.kubectl('east', [...service, lead('http')]);
      }
    });

    test('gather has what is needed and no secret of the cluster', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'kubeslice-e2e-'));
      try {
        const file = join(folder, 'support.tar.gz');
        const { code, stderr } = await world.kubeslice(['gather', '--contexts', 'east', '-f', file]);
        expect(code, stderr).toBe(0);
        const text = execFileSync('tar', ['-xzOf', file], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
        const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' });
        for (const part of [
          'findings.json',
          'nodes/east-node-1.json',
          'objects/slices.json',
          'logs/kubeslice-system/',
          'metrics/kubeslice-system/',
        ])
          expect(names).toContain(part);
        const secrets = await world.list('east', 'secrets', '--namespace', 'kubeslice-system');
        const values = secrets
          .flatMap(({ data }) => Object.entries((data ?? {}) as Record<string, string>))
          .filter(([key]) => /token|knock|key/.test(key));
        expect(values.length).toBeGreaterThan(0);
        for (const [key, value] of values) {
          const secret = Buffer.from(value, 'base64').toString('utf8');
          expect(text.includes(secret.slice(-60)) || text.includes(value.slice(-60)), key).toBe(false);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
};
