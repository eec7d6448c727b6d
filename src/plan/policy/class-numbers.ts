import { type ClassNumber, elsewhere } from '../../values/address/access-class.ts';
import { sha256Hex } from '../../values/text/hash.ts';

/** Numbers of classes end below this; those of clusters begin here. */
const clusterBit = 0x8000_0000;

/** Gives numbers to classes and clusters: the same content has the same number in every compilation. */
export class ClassNumbers {
  readonly #taken = new Map<ClassNumber, string>();

  /** The number of a class of pods, between 2 and 2^31. */
  ofClass(content: string): ClassNumber {
    return this.#free(content, (hash) => (hash % (clusterBit - elsewhere - 1)) + elsewhere + 1);
  }

  /** The number of a cluster, at least 2^31. */
  ofCluster(name: string): ClassNumber {
    return this.#free(`cluster ${name}`, (hash) => (hash % (clusterBit - 1)) + clusterBit);
  }

  /** Two contents with one hash: the second one that is asked for gets the next number. */
  #free(content: string, place: (hash: number) => ClassNumber): ClassNumber {
    let hash = Number.parseInt(sha256Hex(content, 8), 16);
    for (;;) {
      const number = place(hash);
      const owner = this.#taken.get(number);
      if (owner === undefined || owner === content) {
        this.#taken.set(number, content);
        return number;
      }
      hash += 1;
    }
  }
}
