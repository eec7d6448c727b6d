#!/usr/bin/env node
// Plain JavaScript that old Node versions accept: it finds a Node that can run the rest, and the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

if (Number(process.versions.node.split('.')[0]) < 24) {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const found = [join(root, 'node_modules'), join(root, '..')]
    .map((p) => join(p, `node-linux-${arch}`, 'bin', 'node'))
    .find((p) => existsSync(p));
  if (found === undefined) {
    process.stderr.write(
      `error: KubeSlice needs Node 24 and this is ${process.version}; install Node 24, or run npm ci in ${root}, which brings it\n`,
    );
    process.exit(1);
  }
  const child = spawn(found, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child from the terminal itself; SIGTERM comes to this process alone and is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  process.exit(code);
}

module.enableCompileCache?.();
const source = join(root, 'src', 'programs', 'main.ts');
const { main } = await import(pathToFileURL(existsSync(source) ? source : join(root, 'dist', 'main.mjs')).href);
await main();
