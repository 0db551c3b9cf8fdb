import { hostBits } from '@llm/nn';

/** Numbers drawn at a time. */
const block = 256;

/** Random numbers on the host: a function of seed and position alone, on every machine. */
export class RandomSource {
  readonly #seed: number;
  readonly #position: number;
  #bits: Uint32Array = new Uint32Array(0);
  #used = 0;
  #drawn = 0;

  /** @param position which stream of the seed: the number of an epoch or of a batch */
  constructor(seed: number, position = 0) {
    this.#seed = seed;
    this.#position = position;
  }

  /** A number in [0, 1). */
  next(): number {
    if (this.#used === this.#bits.length) {
      this.#bits = hostBits(
        { seed: this.#seed, position: this.#position, draw: 0 },
        block,
        this.#drawn,
      );
      this.#drawn += block;
      this.#used = 0;
    }
    return this.#bits[this.#used++]! / 2 ** 32;
  }

  /** A whole number from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** Items in random order. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }

  /** A draw of Poisson's distribution (Knuth), for small means. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > limit; count++) product *= this.next();
    return count;
  }
}
