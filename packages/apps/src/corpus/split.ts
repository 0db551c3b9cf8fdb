import { NearestText } from './nearest.ts';
import { normalizeText, stableHash } from './normalize.ts';
import type { TranslationPair } from './ui-strings.ts';

/** How the pairs are cleaned and split. */
export interface SplitOptions {
  /** Longest source or target kept, in characters (UTF-16 units). Default 160. */
  maxCharacters?: number;
  /** One of this many distinct sources is held out, chosen by its hash. Default 20: 5 %. */
  heldOutOneIn?: number;
  /** A held-out pair is novel if no training source is this similar. Default 0.5. */
  novelBelow?: number;
}

/** A held-out pair, and how near the nearest training source comes. */
export interface HeldOutPair extends TranslationPair {
  /** Word Jaccard similarity of the nearest training source, in [0, 1]. */
  nearestSimilarity: number;
  /** True where that similarity is below the threshold: the pair has no near twin in training. */
  novel: boolean;
}

/** What was dropped on the way from the extracted pairs to the split, in this order. */
export interface SplitReport {
  /** Pairs as extracted. */
  extracted: number;
  /** Dropped: no letter or digit left on a side besides placeholders. */
  withoutWords: number;
  /** Dropped: the target equals the source after normalization, so there is nothing to learn. */
  identical: number;
  /** Dropped: longer than `maxCharacters`. */
  tooLong: number;
  /** Dropped: normalized source and target seen before. */
  duplicates: number;
}

/** A corpus in two parts that share no normalized source. */
export interface CorpusSplit {
  /** Pairs to train on, in the order of extraction. */
  training: TranslationPair[];
  /** Pairs to test on, in the order of extraction. */
  heldOut: HeldOutPair[];
  /** Counts of what was dropped. */
  report: SplitReport;
}

const defaults: Required<SplitOptions> = { maxCharacters: 160, heldOutOneIn: 20, novelBelow: 0.5 };

/**
 * Cleans and splits pairs. All pairs of one normalized source fall on the same side, since a hash
 * of that source decides; so no held-out source is in training, and the split does not change when
 * pairs are added.
 *
 * @param pairs - pairs as extracted
 * @param options - see {@link SplitOptions}
 * @throws Error for an unknown or unusable option
 */
export function splitCorpus(pairs: TranslationPair[], options: SplitOptions = {}): CorpusSplit {
  const { maxCharacters, heldOutOneIn, novelBelow } = checkOptions(options);
  const report: SplitReport = {
    extracted: pairs.length,
    withoutWords: 0,
    identical: 0,
    tooLong: 0,
    duplicates: 0,
  };
  const seen = new Set<string>();
  const training: TranslationPair[] = [];
  const heldOut: TranslationPair[] = [];
  for (const pair of pairs) {
    const source = normalizeText(pair.source);
    const target = normalizeText(pair.target);
    const key = `${source}\n${target}`;
    if (source === '' || target === '') report.withoutWords++;
    else if (source === target) report.identical++;
    else if (Math.max(pair.source.length, pair.target.length) > maxCharacters) report.tooLong++;
    else if (seen.has(key)) report.duplicates++;
    else {
      seen.add(key);
      (stableHash(source) % heldOutOneIn === 0 ? heldOut : training).push(pair);
    }
  }
  const nearest = new NearestText(training.map((pair) => pair.source));
  return {
    training,
    heldOut: heldOut.map((pair) => {
      const nearestSimilarity = nearest.find(pair.source).similarity;
      return { ...pair, nearestSimilarity, novel: nearestSimilarity < novelBelow };
    }),
    report,
  };
}

function checkOptions(options: SplitOptions): Required<SplitOptions> {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(defaults, name));
  if (unknown.length > 0) {
    throw new Error(
      `splitCorpus: unknown option '${unknown.join("', '")}'; options are ${Object.keys(defaults).join(', ')}`,
    );
  }
  const checked = { ...defaults, ...options };
  if (!(Number.isInteger(checked.heldOutOneIn) && checked.heldOutOneIn >= 2)) {
    throw new Error(
      `splitCorpus: heldOutOneIn must be an integer of at least 2, got ${checked.heldOutOneIn}`,
    );
  }
  if (!(checked.maxCharacters > 0)) {
    throw new Error(`splitCorpus: maxCharacters must be positive, got ${checked.maxCharacters}`);
  }
  if (!(checked.novelBelow > 0 && checked.novelBelow <= 1)) {
    throw new Error(`splitCorpus: novelBelow must be in (0, 1], got ${checked.novelBelow}`);
  }
  return checked;
}
