import { expect, it } from 'vitest';
import { isImageReference } from './image-reference.ts';

const digest = `sha256:${'0f'.repeat(32)}`;

it.each([
  'kubeslice',
  'kubeslice/kubeslice:0.1.0',
  'registry.example.org/team/kubeslice:v1_2-3.4',
  'registry.example.org:5000/kubeslice',
  'localhost:5000/a/b/c:latest',
  '[fd00::1]:5000/kubeslice:1',
  'Registry.Example.org/kubeslice',
  `kubeslice/kubeslice@${digest}`,
  `kubeslice/kubeslice:0.1.0@${digest}`,
  'a__b/c--d',
])('%s is one', (text) => expect(isImageReference(text)).toBe(true));

it.each([
  '',
  'BAD IMAGE',
  'kubeslice/Kubeslice:1',
  'kubeslice:',
  'kubeslice:-1',
  `kubeslice:${'a'.repeat(129)}`,
  'https://registry.example.org/kubeslice',
  '/kubeslice',
  'kubeslice/',
  'a..b/c',
  'a___b',
  'kubeslice@sha256:00',
  'kubeslice:1:2',
  'kubeslice\n',
  'a'.repeat(256),
])('%j is none', (text) => expect(isImageReference(text)).toBe(false));
