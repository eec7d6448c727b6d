import type { LinkVotes } from '../../api/slicenode/type.ts';
import { tokensIn } from '../link-votes.ts';

/** How many say Up and Down. */
interface Count {
  up: number;
  down: number;
}

/** Votes of one kind of report, fresh or old: what is said of all nodes, and by how much it differs for some. */
class Votes {
  readonly #rest: Count = { up: 0, down: 0 };
  readonly #named = new Map<string, Count>();

  add({ rest, up, down, upNodes, downNodes, pendingNodes }: LinkVotes, self: string | undefined): void {
    if (up + down === 0) return;
    const said = rest === 'Up' ? { up: 1, down: 0 } : { up: 0, down: 1 };
    this.#rest.up += said.up;
    this.#rest.down += said.down;
    this.#differ(upNodes, 1 - said.up, -said.down);
    this.#differ(downNodes, -said.up, 1 - said.down);
    this.#differ(pendingNodes, -said.up, -said.down);
    this.#differ(self, -said.up, -said.down);
  }

  /** Up when somebody says so, else Down when somebody says so, else undefined; `token` undefined stands for every node that is not named. */
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

/** Counts what the nodes here say about the nodes of one cluster; the work is that of what they name, not of what there is. */
export class VoteTally {
  readonly #fresh = new Votes();
  readonly #old = new Votes();

  /** Takes in what a node says of this cluster; `self` is the token of that node where it is in the cluster, since nobody votes about itself. */
  add(votes: LinkVotes, fresh: boolean, self?: string): void {
    (fresh ? this.#fresh : this.#old).add(votes, self);
  }

  /** Whether somebody says Down and nobody says Up. Old votes count only where no fresh one does. */
  isDown(token: string | undefined): boolean {
    return (this.#fresh.verdict(token) ?? this.#old.verdict(token)) === 'Down';
  }

  /** Tokens of the nodes that somebody named. */
  named(): ReadonlySet<string> {
    return new Set([...this.#fresh.named(), ...this.#old.named()]);
  }
}
