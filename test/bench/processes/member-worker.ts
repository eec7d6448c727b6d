import { fixedToken } from '../../../src/kubernetes/credentials/token-source.ts';
import { systemClock } from '../../../src/values/clock.ts';
import { runWorker } from '../../clusters/member.ts';
import { readSettings, serveCommands, standardInput } from './serve-commands.ts';

/* The worker of a member. Settings: the address of the member's API server. Ends with its standard input. */

const lines = standardInput();
const { server } = await readSettings<{ readonly server: string }>(lines);
const ending = new AbortController();
const ended = runWorker({ server, credential: { kind: 'token', token: fixedToken('valid') } }, systemClock, {}, ending.signal);
await serveCommands(lines, {});
ending.abort();
await ended;
