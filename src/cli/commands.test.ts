import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CliCommand } from './command.ts';
import { registry } from './registry.ts';

const all = await Promise.all(registry.map(async (entry) => ({ entry, command: (await entry.load()).command })));

const flatten = (commands: readonly CliCommand[], path = ''): { readonly path: string; readonly command: CliCommand }[] =>
  commands.flatMap((command) => {
    const here = `${path} ${command.name}`.trim();
    return [{ path: here, command }, ...flatten(command.commands ?? [], here)];
  });

const every = flatten(all.map(({ command }) => command));

describe('the list of commands', () => {
  it.each(all)('says the same as the command itself: $entry.name', ({ entry, command }) => {
    expect(command.name).toBe(entry.name);
    expect(command.summary).toBe(entry.summary);
  });

  it('has one file for each, named by it', () => {
    const files = readdirSync(join(import.meta.dirname, 'commands')).filter((file) => !file.endsWith('.test.ts'));
    expect(files.toSorted()).toEqual(registry.map(({ name }) => `${name}.ts`).toSorted());
  });

  it('has each name once', () => {
    expect(new Set(registry.map(({ name }) => name)).size).toBe(registry.length);
  });
});

describe('every command', () => {
  it.each(every)('$path has a one-line summary, and either does something or has commands below', ({ command }) => {
    expect(command.summary).toMatch(/^[A-Z][^\n]{5,90}[^.\n]$/);
    expect((command.run === undefined) === (command.commands !== undefined)).toBe(true);
  });

  it.each(every)('$path has options that are read the same way everywhere', ({ command }) => {
    const flags = (command.options ?? []).map((option) => option.flags);
    expect(new Set(flags).size).toBe(flags.length);
    for (const option of command.options ?? []) {
      expect(option.flags).toMatch(/^(-[a-zA-Z], )?--[a-z][a-z-]*( [<[][^>\]]+[>\]])?$/);
      expect(option.text).toMatch(/^[A-Z].*[^.]$/s);
    }
  });
});
