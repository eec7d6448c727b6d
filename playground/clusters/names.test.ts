import { describe, expect, test } from 'vitest';
import { checkClusterName, checkPlaygroundName, hostInterface, networkNamespace, networkNamespacePrefix } from './names.ts';

describe('names', () => {
  test.each(['a', 'default', 'a-b', 'ci-12345678901234567'])('playground %s', (name) => {
    expect(() => checkPlaygroundName(name)).not.toThrow();
  });

  test.each(['', 'A', '1a', 'a-', '-a', 'a_b', 'a.b', '../a', 'a b', 'abcdefghijklmnopqrstu'])('no playground is called "%s"', (name) => {
    expect(() => checkPlaygroundName(name)).toThrow(/cannot name a playground/);
  });

  test.each(['', 'East', 'a.b', 'x'.repeat(31)])('no cluster is called "%s"', (name) => {
    expect(() => checkClusterName(name)).toThrow(/cannot name a cluster/);
  });

  test('namespaces of one playground are never taken for those of another', () => {
    expect(networkNamespace('a-b', 'router').startsWith(networkNamespacePrefix('a'))).toBe(false);
    expect(networkNamespace('a', 'b-router').startsWith(networkNamespacePrefix('a-b'))).toBe(false);
  });

  test('interface names fit', () => {
    expect(hostInterface(31).length).toBeLessThanOrEqual(15);
  });
});
