import type { LinkVotes } from '../../api/slicenode/type.ts';
import { tokensIn } from '../links/link-votes.ts';

/** Numbers of Up and Down votes. */
interface Count {
  up: number;
  down: number;
}

/** Votes of fresh or of old reports: the count for all nodes, and the differences for some. */
class Votes {
  readonly #rest: Count = { up: 0, down: 0 };
  readonly #named = new Map<string, Count>();

  add({ rest, up, down, upNodes, downNodes, pendingNodes }: LinkVotes, self: string | undefined): void {
    if (up + down === 0) return;
    const vote = rest === 'Up' ? { up: 1, down: 0 } : { up: 0, down: 1 };
    this.#rest.up += vote.up;
    this.#rest.down += vote.down;
    this.#differ(upNodes, 1 - vote.up, -vote.down);
    this.#differ(downNodes, -vote.up, 1 - vote.down);
    this.#differ(pendingNodes, -vote.up, -vote.down);
    this.#differ(self, -vote.up, -vote.down);
  }

  /** Up if any vote is Up, else Down if any is Down, else undefined; `token` undefined stands for every node that no report names. */
  verdict(token: string | undefined): 'Up' | 'Down' | undefined {
    const named = token === undefined ? undefined : this.#named.get(token);
    if (this.#rest.up + (named?.up ?? 0) > 0) return 'Up';
    return this.#rest.down + (named?.down ?? 0) > 0 ? 'Down' : undefined;
  }

  named(): Iterable<string> {
    return this.#named.keys();
  }

  #differ(list: string | undefined, up: number, down: number): void {
    for (const token of tokensIn(list)) {
      const count = this.#named.get(token) ?? { up: 0, down: 0 };
      count.up += up;
      count.down += down;
      this.#named.set(token, count);
    }
  }
}

/** Counts the votes of local nodes about the nodes of one cluster. The work grows with the nodes that are named, not with all nodes. */
export class VoteTally {
  readonly #fresh = new Votes();
  readonly #old = new Votes();

  /** Adds the votes of one node about this cluster; `self` is the token of that node if it is in the cluster, because no node votes about itself. */
  add(votes: LinkVotes, fresh: boolean, self?: string): void {
    (fresh ? this.#fresh : this.#old).add(votes, self);
  }

  /** Whether any vote is Down and none is Up. Old votes count only where there are no fresh ones. */
  isDown(token: string | undefined): boolean {
    return (this.#fresh.verdict(token) ?? this.#old.verdict(token)) === 'Down';
  }

  /** Tokens of the nodes that a report named. */
  named(): ReadonlySet<string> {
    return new Set([...this.#fresh.named(), ...this.#old.named()]);
  }
}
