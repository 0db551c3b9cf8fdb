import { checkNumber, checkOptions, checkShare, checkText } from '../options.ts';
import { filterText, type TextStep } from '../step.ts';
import { hashedNgrams, lettersOf } from './features.ts';
import { LANGUAGES, STEP, WEIGHTS } from './weights.ts';

/** A language and how probable it is. */
export interface LanguageGuess {
  /** ISO 639-1 code, such as `de`. */
  language: string;
  /** In [0, 1]. */
  probability: number;
}

/** What {@link identifyLanguage} finds. */
export interface IdentifiedLanguage {
  /** ISO 639-1 code, or `und` where no language is probable enough. */
  language: string;
  /** The probability of `language`; for `und`, that the best guess is wrong. */
  probability: number;
  /** The three most probable languages of the model, the best first; none where it knows none of the scripts. */
  guesses: LanguageGuess[];
}

/** Options of {@link identifyLanguage}. */
export interface IdentifyLanguageOptions {
  /** Below this probability the language is `und`; 0.5 by default. */
  min_probability?: number;
  /** How much of the text is read, in UTF-16 units; 4,000 by default. */
  max_length?: number;
}

const UNKNOWN = 'und';
const classes = LANGUAGES.split(' ');

/** The languages that {@link identifyLanguage} knows, as ISO 639-1 codes. */
export const IDENTIFIED_LANGUAGES: readonly string[] = classes.filter((each) => each !== UNKNOWN);

/** Letters of the scripts that the languages of the model are written in. */
const KNOWN_SCRIPTS =
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Thai}\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

let table: Int8Array | undefined;

/** The weights, unpacked on first use: [buckets, classes]. */
function weights(): Int8Array {
  if (!table) {
    const packed = atob(WEIGHTS);
    table = new Int8Array(2 * packed.length);
    for (let at = 0; at < packed.length; at++) {
      const byte = packed.charCodeAt(at);
      table[2 * at] = (byte & 15) - 8;
      table[2 * at + 1] = (byte >> 4) - 8;
    }
  }
  return table;
}

/**
 * Tells the language of a text by its letters: a softmax over hashed character n-grams, 4 bits a weight. It knows the
 * languages of {@link IDENTIFIED_LANGUAGES}; of other languages in the same scripts some are told to be unknown, and
 * some are taken for a relative. The README states its accuracy.
 *
 * @throws Error for an unknown option.
 */
export function identifyLanguage(
  text: string,
  options: IdentifyLanguageOptions = {},
): IdentifiedLanguage {
  checkText('identifyLanguage', text);
  const { minProbability, maxLength } = checkIdentification(options);
  const letters = lettersOf(text.slice(0, maxLength));
  const known = letters.match(KNOWN_SCRIPTS)?.length ?? 0;
  const all = letters.match(/\p{L}/gu)?.length ?? 0;
  if (known === 0 || 2 * known < all) return { language: UNKNOWN, probability: 1, guesses: [] };
  const guesses = probabilities(letters)
    .map((probability, at) => ({ language: classes[at]!, probability }))
    .filter(({ language }) => language !== UNKNOWN)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3);
  const best = guesses[0]!;
  return best.probability >= minProbability
    ? { ...best, guesses }
    : { language: UNKNOWN, probability: 1 - best.probability, guesses };
}

/** The probability of each class. */
function probabilities(letters: string): number[] {
  const levels = weights();
  const logits = new Array<number>(classes.length).fill(0);
  for (const [bucket, value] of hashedNgrams(letters)) {
    const row = bucket * classes.length;
    for (let label = 0; label < classes.length; label++) {
      logits[label]! += value * STEP * levels[row + label]!;
    }
  }
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * A step that keeps texts in the languages wanted, as {@link identifyLanguage} tells them; others are dropped with
 * the reason `language fr`.
 *
 * @param languages - ISO 639-1 codes, or `und` for texts whose language is unknown.
 * @throws Error for a language that the model does not know.
 */
export function languageStep(
  languages: readonly string[],
  options: IdentifyLanguageOptions = {},
): TextStep {
  checkIdentification(options);
  const wanted = new Set(languages);
  for (const language of wanted) {
    if (!classes.includes(language)) {
      throw new Error(
        `languageStep: cannot tell ${JSON.stringify(language)}; the model knows ${classes.join(', ')}`,
      );
    }
  }
  return filterText('language', ({ text }) => {
    const { language } = identifyLanguage(text, options);
    return wanted.has(language) ? undefined : `language ${language}`;
  });
}

function checkIdentification(options: IdentifyLanguageOptions) {
  const operation = 'identifyLanguage';
  checkOptions(operation, options, ['min_probability', 'max_length']);
  return {
    minProbability: checkShare(operation, 'min_probability', options.min_probability ?? 0.5),
    maxLength: checkNumber(operation, 'max_length', options.max_length ?? 4000, 1, 1 << 20, true),
  };
}
