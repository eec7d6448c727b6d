#!/usr/bin/env node
// Plain JavaScript that old Node versions accept: it finds a Node that can run the rest, and the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src', 'programs', 'main.ts');
const words = process.argv.slice(2);

/** Hands over to another Node, and ends with its exit code. */
const continueWith = async (node, script, ...args) => {
  const child = spawn(node, [script, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the child from the terminal itself; SIGTERM comes to this process alone and is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  process.exit(code);
};

const isNewEnough = Number(process.versions.node.split('.')[0]) >= 24;
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const brought = [join(root, 'node_modules'), join(root, '..')]
  .map((folder) => join(folder, `node-linux-${arch}`, 'bin', 'node'))
  .find((path) => existsSync(path));
const isFreshClone = existsSync(source) && !existsSync(join(root, 'node_modules', '.package-lock.json'));

if (isFreshClone) await continueWith(process.execPath, join(root, 'tools', 'start.mjs'), 'kubeslice', ...words);
if (!isNewEnough && brought !== undefined) await continueWith(brought, fileURLToPath(import.meta.url), ...words);
if (!isNewEnough) {
  process.stderr.write(
    `error: KubeSlice needs Node 24 and this is ${process.version}: install Node 24, or let npm bring it by installing kubeslice with its optional packages (on Linux, x86-64 or arm64)\n`,
  );
  process.exit(1);
}

module.enableCompileCache?.();
const { main } = await import(pathToFileURL(existsSync(source) ? source : join(root, 'dist', 'main.mjs')).href);
await main();
