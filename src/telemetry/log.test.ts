import { expect, it } from 'vitest';
import { Failure } from '../values/failure.ts';
import { createLog } from './log.ts';

const captured = (level?: string) => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLog({ program: 'worker', destination, ...(level === undefined ? {} : { level }) }) };
};

it('writes one JSON line for each call: time, level, program, message, fields', () => {
  const { lines, log } = captured();
  log.with({ controller: 'slice' }).info('reconciled', { object: 'default/red', ms: 12 });
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      program: 'worker',
      message: 'reconciled',
      controller: 'slice',
      object: 'default/red',
      ms: 12,
    },
  ]);
});

it.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
  ['silent', 0],
])('at level %s writes %i of four severities', (level, count) => {
  const { lines, log } = captured(level);
  for (const severity of ['debug', 'info', 'warn', 'error'] as const) log[severity]('x');
  expect(lines).toHaveLength(count);
});

it('refuses a level that there is not, and says which there are', () => {
  expect(() => captured('loud')).toThrow('Log level "loud" does not exist; use one of: debug, info, warn, error, silent.');
});

it('describes errors: a Failure by what it says, anything else with its stack', () => {
  const { lines, log } = captured();
  log.warn('failed', { error: new Failure('Unavailable', 'no server', { status: 503, cause: new Error('ECONNREFUSED') }) });
  log.error('broke', { error: new Error('bug') });
  expect(lines[0]?.error).toEqual({ name: 'Failure', code: 'Unavailable', status: 503, message: 'no server', cause: 'ECONNREFUSED' });
  expect(lines[1]?.error).toMatchObject({ name: 'Error', message: 'bug', stack: expect.stringContaining('log.test.ts') });
});

it('does not write what is secret by its name', () => {
  const { lines, log } = captured();
  const secrets = { token: 'S3CRET', privateKey: 'S3CRET', authorization: 'S3CRET', presharedKey: 'S3CRET', password: 'S3CRET' };
  log.info('careless', { ...secrets, peer: { ...secrets, key: 'S3CRET' }, secret: { data: 'S3CRET', stringData: { a: 'S3CRET' } } });
  expect(JSON.stringify(lines)).not.toContain('S3CRET');
  log.info('a key of a queue is no secret', { key: 'default/red' });
  expect(lines.at(-1)).toMatchObject({ key: 'default/red' });
});
