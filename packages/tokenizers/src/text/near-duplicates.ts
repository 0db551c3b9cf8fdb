import { type MinHashOptions, minHasher } from './min-hash.ts';
import { checkNumber, checkOptions } from './options.ts';
import { mix32 } from './random.ts';
import type { TextRow, TextStep } from './step.ts';

/** Options of {@link nearDuplicatesStep}. */
export interface NearDuplicatesOptions extends MinHashOptions {
  /** Texts at least this similar (Jaccard, as estimated by their signatures) are duplicates; 0.8 by default. */
  threshold?: number;
  /** Most earlier texts that one is compared with in each band, the newest first; 64 by default. */
  max_candidates?: number;
}

/** How a signature is cut for locality-sensitive hashing. */
export interface Banding {
  /** Number of bands. */
  bands: number;
  /** Numbers in each. */
  rows: number;
}

/**
 * The banding whose misses and needless comparisons are fewest around a threshold. Texts of similarity s meet in at
 * least one band with probability 1 − (1 − sʳ)ᵇ; misses above the threshold weigh nine times, since a needless
 * comparison only costs time.
 *
 * @param permutations - Numbers in a signature; bands × rows is at most this.
 */
export function chooseBanding(threshold: number, permutations: number): Banding {
  let best: Banding & { cost: number } = {
    bands: permutations,
    rows: 1,
    cost: Number.POSITIVE_INFINITY,
  };
  for (let rows = 1; rows <= permutations; rows++) {
    const bands = Math.floor(permutations / rows);
    let cost = 0;
    for (let at = 0.5; at < 200; at++) {
      const similarity = at / 200;
      const missed = (1 - similarity ** rows) ** bands;
      cost += similarity >= threshold ? 0.9 * missed : 0.1 * (1 - missed);
    }
    if (cost < best.cost) best = { bands, rows, cost };
  }
  return { bands: best.bands, rows: best.rows };
}

/**
 * A step that drops texts much like one kept before: MinHash signatures, found again by locality-sensitive hashing
 * and compared in full. Equal options and rows give equal results. It remembers 4 × `num_permutations` bytes and two
 * numbers a band for each text kept, whatever the texts' length.
 *
 * @throws Error for an unknown option, RangeError for one out of range.
 */
export function nearDuplicatesStep(options: NearDuplicatesOptions = {}): TextStep {
  const { threshold = 0.8, max_candidates = 64, ...hashing } = options;
  checkOptions('nearDuplicatesStep', options, [
    'threshold',
    'max_candidates',
    'shingle_unit',
    'shingle_size',
    'num_permutations',
    'seed',
  ]);
  checkNumber('nearDuplicatesStep', 'threshold', threshold, 0.01, 1);
  checkNumber('nearDuplicatesStep', 'max_candidates', max_candidates, 1, 2 ** 31, true);
  const sign = minHasher(hashing);
  const permutations = options.num_permutations ?? 128;
  return {
    name: 'near duplicates',
    start() {
      const index = new SignatureIndex(permutations, threshold, max_candidates);
      return <Row extends TextRow>(row: Row) =>
        index.addUnlessSimilar(sign(row.text)) ? [row] : { drop: 'near duplicate' };
    },
  };
}

/** Signatures kept so far, by their bands. */
class SignatureIndex {
  readonly #banding: Banding;
  /** For each band, its hash to the newest text with it. */
  readonly #newest: Map<number, number>[];
  /** Place text × bands + band: the text before it with the same band, or -1. */
  #older = new Int32Array(0);
  #signatures = new Uint32Array(0);
  #count = 0;

  constructor(
    readonly permutations: number,
    readonly threshold: number,
    readonly maxCandidates: number,
  ) {
    this.#banding = chooseBanding(threshold, permutations);
    this.#newest = Array.from({ length: this.#banding.bands }, () => new Map());
  }

  /** Adds a signature, and returns true, unless one kept before is as similar as the threshold. */
  addUnlessSimilar(signature: Uint32Array): boolean {
    const { bands, rows } = this.#banding;
    const hashes = Array.from({ length: bands }, (_, band) =>
      signature
        .subarray(band * rows, (band + 1) * rows)
        .reduce((hash, each) => mix32(hash ^ each) + band, 0),
    );
    for (let band = 0; band < bands; band++) {
      let candidate = this.#newest[band]!.get(hashes[band]!) ?? -1;
      for (let left = this.maxCandidates; candidate >= 0 && left > 0; left--) {
        if (this.#isSimilar(signature, candidate)) return false;
        candidate = this.#older[candidate * bands + band]!;
      }
    }
    this.#grow();
    const added = this.#count++;
    this.#signatures.set(signature, added * this.permutations);
    for (let band = 0; band < bands; band++) {
      this.#older[added * bands + band] = this.#newest[band]!.get(hashes[band]!) ?? -1;
      this.#newest[band]!.set(hashes[band]!, added);
    }
    return true;
  }

  #isSimilar(signature: Uint32Array, candidate: number): boolean {
    const start = candidate * this.permutations;
    let equal = 0;
    for (let at = 0; at < this.permutations; at++) {
      if (signature[at] === this.#signatures[start + at]) equal++;
    }
    return equal >= this.threshold * this.permutations;
  }

  #grow(): void {
    if ((this.#count + 1) * this.permutations <= this.#signatures.length) return;
    const room = Math.max(1024, 2 * this.#count);
    const signatures = new Uint32Array(room * this.permutations);
    signatures.set(this.#signatures);
    this.#signatures = signatures;
    const older = new Int32Array(room * this.#banding.bands);
    older.set(this.#older);
    this.#older = older;
  }
}
