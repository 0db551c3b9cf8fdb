import { checkNumber, checkOptions, checkShare, checkText } from './options.ts';
import { type Random, randomBelow, seededRandom } from './random.ts';
import type { TextRow, TextStep } from './step.ts';

/** Other words for a word in lower case; none if there are none. */
export type Synonyms =
  | ReadonlyMap<string, readonly string[]>
  | ((word: string) => readonly string[]);

/** Options of {@link augmentText}: "EDA: Easy Data Augmentation", Wei and Zou 2019. Words stand between spaces. */
export interface AugmentOptions {
  /** Equal seeds give equal texts; 0 by default. */
  seed?: number;
  /** Changed texts to make of one; 4 by default. */
  num_aug?: number;
  /** A dictionary; synonym replacement and random insertion need it and are left out without one. */
  synonyms?: Synonyms;
  /** Words, in lower case, that keep their place in synonym replacement; none by default. */
  stop_words?: ReadonlySet<string>;
  /** Share of the words replaced by a synonym (at least one word); 0.1 with a dictionary, else 0. */
  alpha_sr?: number;
  /** Share of the words after which a synonym of another is inserted (at least one); 0.1 with a dictionary, else 0. */
  alpha_ri?: number;
  /** Share of the words swapped with another (at least one); 0.1 by default, 0 switches it off. */
  alpha_rs?: number;
  /** Probability with which a word is deleted; 0.1 by default, 0 switches it off. */
  p_rd?: number;
}

type Edit = (words: string[], random: Random) => string[];

/**
 * Makes changed copies of a text, each by one of the edits that are switched on, in turn: synonym replacement, random
 * insertion, random swap, random deletion. An edit that cannot change the text gives it as it is.
 *
 * @returns `num_aug` texts.
 * @throws Error for an unknown option, or where every edit is switched off; RangeError for a number out of range.
 */
export function augmentText(text: string, options: AugmentOptions = {}): string[] {
  checkText('augmentText', text);
  const { edits, copies, seed } = checkAugmentation(options);
  return augment(text, edits, copies, seededRandom(seed));
}

function augment(text: string, edits: readonly Edit[], copies: number, random: Random): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return Array.from({ length: copies }, (_, at) =>
    words.length === 0 ? text : edits[at % edits.length]!([...words], random).join(' '),
  );
}

/** How many words an edit touches. */
function touched(share: number, words: number): number {
  return Math.max(1, Math.floor(share * words));
}

/** A word without the punctuation around it, in lower case, and that punctuation. */
function bare(word: string): { before: string; core: string; after: string } {
  const runs = [...word.matchAll(/[\p{L}\p{M}\p{N}]+/gu)];
  const last = runs.at(-1);
  if (last === undefined) return { before: word, core: '', after: '' };
  const start = runs[0]!.index;
  const end = last.index + last[0].length;
  return {
    before: word.slice(0, start),
    core: word.slice(start, end).toLowerCase(),
    after: word.slice(end),
  };
}

function lookUp(synonyms: Synonyms, word: string): readonly string[] {
  const found = typeof synonyms === 'function' ? synonyms(word) : (synonyms.get(word) ?? []);
  return found.filter((each) => each !== word && each !== '');
}

/** Replaces all occurrences of up to n different words that have synonyms. */
function replaceSynonyms(share: number, synonyms: Synonyms, stops: ReadonlySet<string>): Edit {
  return (words, random) => {
    const left = [...new Set(words.map((word) => bare(word).core))].filter(
      (word) => word !== '' && !stops.has(word),
    );
    const chosen = new Map<string, string>();
    const most = touched(share, words.length);
    while (left.length > 0 && chosen.size < most) {
      const word = left.splice(randomBelow(random, left.length), 1)[0]!;
      const others = lookUp(synonyms, word);
      if (others.length > 0) chosen.set(word, others[randomBelow(random, others.length)]!);
    }
    return words.map((word) => {
      const { before, core, after } = bare(word);
      const other = chosen.get(core);
      return other === undefined ? word : before + other + after;
    });
  };
}

/** Inserts a synonym of a random word at a random place, n times. */
function insertSynonyms(share: number, synonyms: Synonyms, stops: ReadonlySet<string>): Edit {
  return (words, random) => {
    const candidates = words
      .map((word) => bare(word).core)
      .filter((word) => word !== '' && !stops.has(word));
    for (let count = touched(share, words.length); count > 0; count--) {
      const left = [...candidates];
      while (left.length > 0) {
        const others = lookUp(synonyms, left.splice(randomBelow(random, left.length), 1)[0]!);
        if (others.length === 0) continue;
        words.splice(
          randomBelow(random, words.length + 1),
          0,
          others[randomBelow(random, others.length)]!,
        );
        break;
      }
    }
    return words;
  };
}

/** Swaps two different places, n times. */
function swapWords(share: number): Edit {
  return (words, random) => {
    if (words.length < 2) return words;
    for (let count = touched(share, words.length); count > 0; count--) {
      const one = randomBelow(random, words.length);
      const two = (one + 1 + randomBelow(random, words.length - 1)) % words.length;
      [words[one], words[two]] = [words[two]!, words[one]!];
    }
    return words;
  };
}

/** Deletes each word with a probability; one word is always left. */
function deleteWords(probability: number): Edit {
  return (words, random) => {
    const left = words.filter(() => random() >= probability);
    return left.length > 0 ? left : [words[randomBelow(random, words.length)]!];
  };
}

function checkAugmentation(options: AugmentOptions) {
  const operation = 'augmentText';
  checkOptions(operation, options, [
    'seed',
    'num_aug',
    'synonyms',
    'stop_words',
    'alpha_sr',
    'alpha_ri',
    'alpha_rs',
    'p_rd',
  ]);
  const { synonyms, stop_words: stops = new Set<string>() } = options;
  const byDefault = synonyms ? 0.1 : 0;
  const replaced = checkShare(operation, 'alpha_sr', options.alpha_sr ?? byDefault);
  const inserted = checkShare(operation, 'alpha_ri', options.alpha_ri ?? byDefault);
  const swapped = checkShare(operation, 'alpha_rs', options.alpha_rs ?? 0.1);
  const deleted = checkShare(operation, 'p_rd', options.p_rd ?? 0.1);
  const edits: Edit[] = [];
  if (replaced > 0 || inserted > 0) {
    if (!synonyms)
      throw new Error('augmentText: alpha_sr and alpha_ri need a dictionary; give synonyms');
    if (replaced > 0) edits.push(replaceSynonyms(replaced, synonyms, stops));
    if (inserted > 0) edits.push(insertSynonyms(inserted, synonyms, stops));
  }
  if (swapped > 0) edits.push(swapWords(swapped));
  if (deleted > 0) edits.push(deleteWords(deleted));
  if (edits.length === 0)
    throw new Error('augmentText: every edit is switched off; give one a share above 0');
  return {
    edits,
    copies: checkNumber(operation, 'num_aug', options.num_aug ?? 4, 1, 1000, true),
    seed: checkNumber(operation, 'seed', options.seed ?? 0, 0, 2 ** 32 - 1, true),
  };
}

/**
 * A step that adds changed copies after each row, with {@link augmentText}; copies equal to the row or to each other
 * are left out. Each row draws from the seed and its place, so that a run can be repeated.
 */
export function augmentStep(options: AugmentOptions = {}): TextStep {
  const { edits, copies, seed } = checkAugmentation(options);
  return {
    name: 'augment',
    start:
      () =>
      <Row extends TextRow>(row: Row, index: number) => {
        const texts = new Set(augment(row.text, edits, copies, seededRandom(seed, index)));
        texts.delete(row.text);
        return [row, ...Array.from(texts, (text) => ({ ...row, text }))];
      },
  };
}
