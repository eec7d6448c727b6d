import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tool } from './catalogue.ts';
import type { ToolInputs } from './tool-key.ts';
import { toolKey } from './tool-key.ts';

const tool: Tool = {
  module: 'm',
  programs: { a: './a', b: './b' },
  links: { c: 'a' },
  version: '1',
  tags: ['x', 'y'],
  definitions: ['p.q=1'],
};
const base: ToolInputs = {
  tool,
  goVersion: 'go1.26.0',
  architecture: 'amd64',
  sources: { 'go.mod': 'module m', 'a/main.go': 'package main' },
};

describe('toolKey', () => {
  test('is 16 hexadecimal digits and stable', () => {
    expect(toolKey(base)).toMatch(/^[0-9a-f]{16}$/);
    expect(toolKey(base)).toBe(toolKey(structuredClone(base)));
  });

  const changes: [what: string, inputs: ToolInputs][] = [
    ['another Go', { ...base, goVersion: 'go1.26.1' }],
    ['another architecture', { ...base, architecture: 'arm64' }],
    ['an edited main', { ...base, sources: { ...base.sources, 'a/main.go': 'package main // edited' } }],
    ['one more file', { ...base, sources: { ...base.sources, 'go.sum': '' } }],
    ['a tag less', { ...base, tool: { ...tool, tags: ['x'] } }],
    ['another linker definition', { ...base, tool: { ...tool, definitions: ['p.q=2'] } }],
    ['another package', { ...base, tool: { ...tool, programs: { a: './a', b: './c' } } }],
    ['a link to another program', { ...base, tool: { ...tool, links: { c: 'b' } } }],
  ];
  test.each(changes)('%s gives another key', (_what, inputs) => {
    expect(toolKey(inputs)).not.toBe(toolKey(base));
  });

  test('does not depend on the order of tags, programs and files', () => {
    const reordered = {
      ...base,
      tool: { ...tool, tags: ['y', 'x'], programs: { b: './b', a: './a' } },
      sources: { 'a/main.go': 'package main', 'go.mod': 'module m' },
    };
    expect(toolKey(reordered)).toBe(toolKey(base));
  });

  test('different files never share a key, even when their joined text is the same', () => {
    const file = fc.dictionary(fc.constantFrom('a', 'b', 'ab'), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(file, file, (one, other) => {
        const same = isDeepStrictEqual({ ...one }, { ...other });
        expect(toolKey({ ...base, sources: one }) === toolKey({ ...base, sources: other })).toBe(same);
      }),
    );
  });
});
