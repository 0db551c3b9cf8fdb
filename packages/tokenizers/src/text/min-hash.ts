import { comparableText, hashText } from './duplicates.ts';
import { checkNumber, checkOptions } from './options.ts';
import { mix32, seededRandom } from './random.ts';

/** What texts are compared by. */
export interface ShingleOptions {
  /** Runs of words (letters and digits between anything else), or of characters, as for Chinese; words by default. */
  shingle_unit?: 'word' | 'character';
  /** Length of a run; 3 words or 5 characters by default. */
  shingle_size?: number;
}

/** Options of {@link minHasher}. */
export interface MinHashOptions extends ShingleOptions {
  /** Numbers in a signature; 128 by default. The standard error of the similarity is at most 1 / (2 √permutations). */
  num_permutations?: number;
  /** Chooses the permutations; 1 by default. */
  seed?: number;
}

/**
 * The shingles of a text, as hashes: all runs of `shingle_size` words or characters, in lower case. A text shorter
 * than one run is one shingle.
 */
export function shingles(text: string, options: ShingleOptions = {}): Set<number> {
  const unit = options.shingle_unit ?? 'word';
  const size = options.shingle_size ?? (unit === 'word' ? 3 : 5);
  const key = comparableText(text, { ignore_case: true });
  const parts = unit === 'word' ? (key.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []) : Array.from(key);
  const found = new Set<number>();
  for (let start = 0; start === 0 || start + size <= parts.length; start++) {
    found.add(hashText(parts.slice(start, start + size).join(unit === 'word' ? ' ' : '')));
  }
  return found;
}

/** The Jaccard similarity of two sets: shared elements over all elements; 1 for two empty sets. */
export function jaccard(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): number {
  let shared = 0;
  for (const each of a) if (b.has(each)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}

/**
 * Makes a function from a text to its MinHash signature (Broder, 1997): for each of `num_permutations` seeded
 * permutations of 32-bit numbers, the smallest number among the shingles.
 *
 * @throws Error for an unknown option, RangeError for one out of range.
 */
export function minHasher(options: MinHashOptions = {}): (text: string) => Uint32Array {
  checkOptions('minHasher', options, ['shingle_unit', 'shingle_size', 'num_permutations', 'seed']);
  const permutations = checkNumber(
    'minHasher',
    'num_permutations',
    options.num_permutations ?? 128,
    1,
    4096,
    true,
  );
  checkNumber('minHasher', 'shingle_size', options.shingle_size ?? 3, 1, 1000, true);
  if (!['word', 'character'].includes(options.shingle_unit ?? 'word')) {
    throw new Error(
      `minHasher: shingle_unit is word or character, got ${JSON.stringify(options.shingle_unit)}`,
    );
  }
  const random = seededRandom(
    checkNumber('minHasher', 'seed', options.seed ?? 1, 0, 2 ** 32 - 1, true),
  );
  // Each step is one-to-one on 32 bits: a sum, a product with an odd number, and the mixing.
  const sums = Uint32Array.from({ length: permutations }, () => random() * 2 ** 32);
  const factors = Uint32Array.from({ length: permutations }, () => random() * 2 ** 32 + 1).map(
    (each) => each | 1,
  );
  return (text) => {
    const signature = new Uint32Array(permutations).fill(0xffffffff);
    for (const shingle of shingles(text, options)) {
      const element = (shingle ^ Math.floor(shingle / 2 ** 32)) >>> 0;
      for (let at = 0; at < permutations; at++) {
        const value = mix32(Math.imul(element + sums[at]!, factors[at]!));
        if (value < signature[at]!) signature[at] = value;
      }
    }
    return signature;
  };
}

/**
 * The share of places in which two signatures agree: an unbiased estimate of the Jaccard similarity.
 *
 * @throws RangeError for signatures of different lengths.
 */
export function signatureSimilarity(a: Uint32Array, b: Uint32Array): number {
  if (a.length !== b.length) {
    throw new RangeError(
      `signatureSimilarity: the signatures have ${a.length} and ${b.length} numbers; make both by one minHasher`,
    );
  }
  let equal = 0;
  for (let at = 0; at < a.length; at++) if (a[at] === b[at]) equal++;
  return equal / a.length;
}
