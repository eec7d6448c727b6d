import { describe, expect, it } from 'vitest';
import { decideRelease, reportOfUse, requestedAddresses, unusedSince, usableBlocks } from './block-use.ts';
import { releaseAfterMs } from './release-blocks.ts';

const [a, b, c] = ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24'] as const;
const granted = [a, b, c];

describe('the blocks of this cluster', () => {
  it.each<[string, Parameters<typeof usableBlocks>, readonly string[]]>([
    ['all that are granted', [{ granted, reported: [], decided: [] }, []], granted],
    ['but for those that the hub has as released', [{ granted, reported: [b], decided: [] }, []], [a, c]],
    ['and those whose release was decided', [{ granted, reported: [b], decided: [c] }, []], [a]],
    ['unless a node has a part of one', [{ granted, reported: [b], decided: [c] }, ['10.0.1.64/26']], [a, b]],
  ])('are used and stated: %s', (_, input, expected) => expect(usableBlocks(...input)).toEqual(expected));

  it('are unused since they were first seen so, and anew after a node had one', () => {
    const first = unusedSince(new Map(), granted, ['10.0.0.0/26'], 1);
    expect(first).toEqual(
      new Map([
        [b, 1],
        [c, 1],
      ]),
    );
    const second = unusedSince(first, granted, ['10.0.1.0/26'], 2);
    expect(second).toEqual(
      new Map([
        [a, 2],
        [c, 1],
      ]),
    );
  });
});

describe('a decision to release', () => {
  const input = { granted, reported: [], decided: [], nodes: [], since: new Map(), isShort: false, reserve: 1, now: releaseAfterMs };
  it.each<[string, Partial<Parameters<typeof decideRelease>[0]>, readonly string[], boolean]>([
    ['releases nothing that was in use within the hour', { since: new Map([[c, 1]]) }, [], false],
    ['releases what was unused for an hour', { since: new Map([[c, 0]]) }, [c], false],
    ['keeps to what was decided', { decided: [c] }, [c], false],
    ['keeps to what the hub has', { reported: [c] }, [c], false],
    ['uses again what the hub has as released when addresses are short', { reported: [c], isShort: true }, [], true],
    ['uses again what only this run released, without a word to the hub', { decided: [c], isShort: true }, [], false],
    ['uses again what a node has a part of', { reported: [c], nodes: ['10.0.2.0/26'] }, [], true],
    ['does not ask for a block that is granted no more', { granted: [a, b], reported: [c], isShort: true }, [], false],
  ])('%s', (_, rest, released, usesAgain) => expect(decideRelease({ ...input, ...rest })).toEqual({ released, usesAgain }));
});

describe('a report', () => {
  it.each<[string, Parameters<typeof reportOfUse>, ReturnType<typeof reportOfUse>]>([
    ['says nothing when nothing is released or wanted', [undefined, [], undefined, granted], undefined],
    ['says what is released, with the addresses that remain', [{}, [c], undefined, [a, b]], { releasedBlocks: [c], wantedAddresses: 512 }],
    ['says once what is released', [{ releasedBlocks: [c], wantedAddresses: 512 }, [c], undefined, [a, b]], undefined],
    ['says that nothing is released any more', [{ releasedBlocks: [c] }, [], undefined, granted], { releasedBlocks: [] }],
    ['says that more is wanted', [{ wantedAddresses: 512 }, [], 1_000, granted], { releasedBlocks: [], wantedAddresses: 1_000 }],
    ['says nothing when less is wanted', [{ wantedAddresses: 2_000 }, [], 1_000, granted], undefined],
  ])('%s', (_, input, expected) => expect(reportOfUse(...input)).toEqual(expected));

  it('wants no more than the schema of the hub allows', () => expect(requestedAddresses(2 ** 30, [])).toBe(2 ** 24));
});
