import { runController } from '../run-controller.ts';
import { readSettings, serveCommands, standardInput } from './serve-commands.ts';

/* The controller of the hub. Settings: where the hub is, and its token. Ends with its standard input. */

const lines = standardInput();
const ending = new AbortController();
const ended = runController(await readSettings(lines), ending.signal);
await serveCommands(lines, {});
ending.abort();
await ended;
