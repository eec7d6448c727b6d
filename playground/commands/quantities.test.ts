import { describe, expect, test } from 'vitest';
import { clusterNames, duration, nodeCount, percentage } from './quantities.ts';

describe('quantities on the command line', () => {
  test.each([
    ['50ms', 50],
    ['1.5s', 1500],
    ['5m', 300_000],
  ])('%s is %d ms', (text, expected) => {
    expect(duration(text)).toBe(expected);
  });

  test.each(['', '5', 'ms', '-5s', '5h', '5 s', '1e3s'])('"%s" is no duration', (text) => {
    expect(() => duration(text)).toThrow(/no duration: write a number/);
  });

  test.each([
    ['5%', 0.05],
    ['0.1%', 0.001],
    ['100%', 1],
  ])('%s is %d', (text, expected) => {
    expect(percentage(text)).toBeCloseTo(expected);
  });

  test.each(['', '5', '101%', '-1%', '%'])('"%s" is no percentage', (text) => {
    expect(() => percentage(text)).toThrow(/no percentage/);
  });
});

describe('the shape of a playground on the command line', () => {
  test('a number of nodes', () => expect(nodeCount('12')).toBe(12));

  test.each(['x', '', '1.5', '-1', '1e3', '2 '])('--nodes "%s" is refused by its value', (text) => {
    expect(() => nodeCount(text)).toThrow(`--nodes "${text}" is no number`);
  });

  test('names of clusters, with or without spaces', () => expect(clusterNames('east, west,hub')).toEqual(['east', 'west', 'hub']));

  test.each([
    ['', 'has an empty name'],
    ['east,', 'has an empty name'],
    ['east,,west', 'has an empty name'],
    ['a,a', 'names "a" twice'],
    ['a,b, a', 'names "a" twice'],
  ])('--clusters "%s" is refused by its value: it %s', (text, why) => {
    expect(() => clusterNames(text)).toThrow(`--clusters "${text}" ${why}`);
  });
});
