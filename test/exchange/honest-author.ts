import type { NoticeSpec } from '../../src/api/notice/type.ts';
import type { Authority } from '../../src/identity/authority.ts';
import { overlaps, parseCidr } from '../../src/values/address/cidr.ts';
import { liesIn } from '../../src/values/address/cidr-space.ts';
import { author } from './author.ts';

/** What an honest cluster may do. */
export type Act =
  | { readonly act: 'claim'; readonly mask: number }
  | { readonly act: 'node'; readonly node: string; readonly place: number }
  | { readonly act: 'remove'; readonly node: string }
  | { readonly act: 'export'; readonly name: string; readonly place: number }
  | { readonly act: 'unexport'; readonly name: string }
  | { readonly act: 'leave' };

/**
 * A cluster that keeps the rules: its nodes lie in its claim and apart from one another, what ends gets a tombstone, and after a farewell it says since
 * when it counts. `blocks` are those that the hub granted it.
 */
export const honestAuthor = (authority: Authority, blocks: readonly string[]) => {
  const pen = author(authority);
  const history: NoticeSpec[] = [];
  const nodes = new Map<string, string>();
  const exports = new Map<string, number>();
  let claim: readonly string[] = [];
  let left = false;
  let floor: number | undefined;
  const places = blocks.flatMap((block) => ['0/26', '64/26'].map((end) => block.replace(/0\/24$/, end)));
  const say = (...notices: NoticeSpec[]): number => history.push(...notices);

  const stateClaim = (now: number): void => {
    left = false;
    say(pen.claim(claim, now, floor));
  };
  const stateNode = (node: string, place: string, now: number): void => {
    nodes.set(node, place);
    say(pen.node(node, [place], now));
  };
  const stateExport = (name: string, place: number, now: number): void => {
    exports.set(name, place);
    say(pen.export({ name, ports: [{ name: 'http', protocol: 'TCP', port: 80 + place, targetPort: 80 }] }, now));
  };
  const removeNode = (node: string, now: number): void => {
    if (nodes.delete(node)) say(pen.withdraw('Node', node, now));
  };

  return {
    cluster: authority.cluster,
    blocks,
    /** All that it ever stated, in order. */
    history,
    left: () => left,
    do: (step: Act, now: number): void => {
      if (step.act === 'claim') {
        const next = blocks.filter((_, index) => (step.mask & (1 << index)) !== 0);
        for (const [node, place] of nodes) if (!liesIn(next.map(parseCidr), parseCidr(place))) removeNode(node, now);
        claim = next;
        return stateClaim(now);
      }
      if (left) return undefined;
      switch (step.act) {
        case 'node': {
          const place = places[step.place % places.length] ?? '';
          const taken = [...nodes].some(([node, other]) => node !== step.node && overlaps(parseCidr(other), parseCidr(place)));
          return taken || !liesIn(claim.map(parseCidr), parseCidr(place)) ? undefined : stateNode(step.node, place, now);
        }
        case 'remove':
          return removeNode(step.node, now);
        case 'export':
          return stateExport(step.name, step.place, now);
        case 'unexport':
          if (exports.delete(step.name)) say(pen.withdraw('Export', `app-ns/${step.name}`, now));
          return undefined;
        case 'leave': {
          const farewell = pen.farewell(now);
          floor = JSON.parse(farewell.statement).serial;
          left = true;
          claim = [];
          nodes.clear();
          exports.clear();
          say(farewell);
          return undefined;
        }
      }
    },
    /** States again all that holds; returns the references of it. */
    restate: (now: number): string[] => {
      if (left) claim = blocks;
      stateClaim(now);
      for (const [node, place] of nodes) stateNode(node, place, now);
      for (const [name, place] of exports) stateExport(name, place, now);
      const { cluster } = authority;
      return [
        `Cluster/${cluster}/${cluster}`,
        ...[...nodes.keys()].map((node) => `Node/${cluster}/${node}`),
        ...[...exports.keys()].map((name) => `Export/${cluster}/app-ns/${name}`),
      ];
    },
  };
};
/** A cluster that keeps the rules. */
export type HonestAuthor = ReturnType<typeof honestAuthor>;
