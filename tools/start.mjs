#!/usr/bin/env node
/*
 * The first step of every npm script: makes a fresh clone ready, then runs the script under Node 24.
 *
 * This file runs before anything is installed, under whatever Node the machine has. So it is plain JavaScript that Node 20 accepts and
 * imports nothing but Node's own modules.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const lockfile = join(root, 'package-lock.json');
const stamp = join(modules, '.kubeslice-lock');
const oldestMachineNode = 20;
const projectNode = 24;

/** Script name → what runs. `node` stands for Node 24, anything else for a program in node_modules/.bin. */
const targets = {
  playground: [['node', 'bin/kubeslice.mjs', 'playground', 'demo']],
  test: [['node', 'tools/test.ts']],
  check: [['node', 'tools/check.ts']],
  bench: [['node', 'tools/bench.ts']],
  exam: [['node', 'test/exam/run.ts']],
  generate: [
    ['node', 'tools/generate.ts'],
    ['node', 'tools/reference.ts'],
    ['node', 'tools/build.ts', '--containerfiles'],
  ],
  build: [['node', 'tools/build.ts']],
  prepack: [['node', 'tools/build.ts']],
  guides: [['node', 'tools/guides.ts']],
  site: [['node', 'tools/site.ts']],
  release: [['node', 'tools/release.ts']],
  kubeslice: [['node', join(root, 'bin', 'kubeslice.mjs')]],
  format: [['biome', 'check', '--write', '.']],
};

const major = (version) => Number(version.split('.')[0]);

const stop = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

/** Runs a program to its end with our terminal; resolves to its exit code, as a shell would report it. */
const run = (program, args, env, { cwd = root, stdio = 'inherit' } = {}) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio });
    // Ctrl-C reaches the child from the terminal itself; we only wait for it to end. SIGTERM comes to us alone, so it is passed on.
    const wait = () => undefined;
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', wait);
    process.on('SIGTERM', pass);
    child.on('error', (error) => stop(`${program} could not be started: ${error.message}`));
    child.on('close', (code, signal) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });

const lockHash = () => createHash('sha256').update(readFileSync(lockfile)).digest('hex');

/** True when node_modules was installed from this very lock file: by us (stamp), or since the lock file was last written, by hand. */
const isInstalled = () => {
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8').trim() === lockHash();
  const installed = join(modules, '.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;
};

const install = async () => {
  if (isInstalled()) return;
  process.stderr.write('Installing the packages of package-lock.json (npm ci), about 20 seconds ...\n');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [program, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  // What it prints is no output of the command that comes after it.
  const code = await run(program, [...first, ...args], process.env, { stdio: ['inherit', process.stderr, 'inherit'] });
  if (code !== 0) stop(`npm ci failed with exit code ${code}; its messages are above. Mend that and run the same command again.`);
};

/** `npx kubeslice …` then finds this clone's program without asking a registry. */
const linkProgram = () => {
  const link = join(modules, '.bin', 'kubeslice');
  const target = '../../bin/kubeslice.mjs';
  try {
    if (readlinkSync(link) === target) return;
  } catch {
    // Not there, or no link: made anew below.
  }
  rmSync(link, { force: true });
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(target, link);
};

/** Node 24 from node_modules; on a platform that has no such package, the machine's own if it is new enough. */
const findNode = () => {
  const own = join(modules, '.bin', 'node');
  if (existsSync(own)) return own;
  if (major(process.versions.node) >= projectNode) return process.execPath;
  return stop(
    `KubeSlice needs Node ${projectNode}, and npm has no package of it for ${process.platform} ${process.arch}: install Node ${projectNode} or newer and run the same command again.`,
  );
};

if (major(process.versions.node) < oldestMachineNode) {
  stop(
    `This machine's Node is ${process.version}: install Node ${oldestMachineNode} or newer to start (npm then brings Node ${projectNode} for the project itself).`,
  );
}
const [name, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(targets, name ?? '')) stop(`Usage: node tools/start.mjs ${Object.keys(targets).join('|')} [arguments]`);

await install();
writeFileSync(stamp, `${lockHash()}\n`);
linkProgram();
const node = findNode();
const env = { ...process.env, PATH: [join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter) };
const steps = targets[name];
for (const [index, [program, ...args]] of steps.entries()) {
  const extra = index === steps.length - 1 ? rest : [];
  const code = await run(
    program === 'node' ? node : join(modules, '.bin', program),
    [...args, ...extra],
    env,
    name === 'kubeslice' ? { cwd: process.cwd() } : {},
  );
  if (code !== 0) process.exit(code);
}
