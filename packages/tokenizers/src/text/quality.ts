import { checkNumber, checkOptions, checkShare, checkText } from './options.ts';
import { GOPHER_REPETITION, measureRepetition, type Repetition } from './repetition.ts';
import { splitWords } from './segment.ts';
import { filterText, type TextStep } from './step.ts';
import { stopWords } from './stop-words.ts';

/** Limits of {@link qualityProblem}; the defaults are those of Rae et al. 2021 ("Gopher"), appendix A.1.1. */
export interface QualityOptions {
  /** Fewest words; 50 by default. */
  min_words?: number;
  /** Most words; 100,000 by default. */
  max_words?: number;
  /** Least mean length of a word, in UTF-16 units; 3 by default (1 suits Chinese and Japanese). */
  min_mean_word_length?: number;
  /** Largest mean length of a word; 10 by default. */
  max_mean_word_length?: number;
  /** Most `#` and ellipses for each word; 0.1 by default. */
  max_symbol_ratio?: number;
  /** Largest share of lines that start with a bullet; 0.9 by default. */
  max_bullet_lines?: number;
  /** Largest share of lines that end with an ellipsis; 0.3 by default. */
  max_ellipsis_lines?: number;
  /** Least share of words with a letter; 0.8 by default. */
  min_alphabetic_words?: number;
  /** Fewest different stop words; 2 by default. */
  min_stop_words?: number;
  /** Least share of the words that are stop words; 0 by default, since the paper has no such rule. */
  min_stop_word_share?: number;
  /** The stop words that count, in lower case; by default those of the paper: the, be, to, of, and, that, have, with. */
  stop_words?: ReadonlySet<string>;
  /** Limits on repetition, as far as they differ from the paper's; `false` switches them off. */
  repetition?: Partial<Repetition> | false;
}

const DEFAULTS = {
  min_words: 50,
  max_words: 100_000,
  min_mean_word_length: 3,
  max_mean_word_length: 10,
  max_symbol_ratio: 0.1,
  max_bullet_lines: 0.9,
  max_ellipsis_lines: 0.3,
  min_alphabetic_words: 0.8,
  min_stop_words: 2,
  min_stop_word_share: 0,
  stop_words: new Set('the be to of and that have with'.split(' ')) as ReadonlySet<string>,
  repetition: {} as Partial<Repetition> | false,
};

const SHARES = [
  'max_bullet_lines',
  'max_ellipsis_lines',
  'min_alphabetic_words',
  'min_stop_word_share',
] as const;
const COUNTS = [
  'min_words',
  'max_words',
  'min_mean_word_length',
  'max_mean_word_length',
  'max_symbol_ratio',
  'min_stop_words',
] as const;

/**
 * The first rule that a text breaks, such as `fewer than 50 words`, or undefined if it breaks none.
 *
 * @throws Error for an unknown option, RangeError for one out of range.
 */
export function qualityProblem(text: string, options: QualityOptions = {}): string | undefined {
  checkText('qualityProblem', text);
  const limits = checkQuality(options);
  // Symbols and numbers between spaces are words here, as in the paper; languages without spaces are cut by dictionary.
  const words = splitWords(text);
  const chunks = text.split(/\s+/).filter((chunk) => chunk !== '');
  if (words.length < limits.min_words) return `fewer than ${limits.min_words} words`;
  if (words.length > limits.max_words) return `more than ${limits.max_words} words`;
  const mean = words.reduce((sum, word) => sum + word.length, 0) / Math.max(1, words.length);
  if (mean < limits.min_mean_word_length) return 'words too short';
  if (mean > limits.max_mean_word_length) return 'words too long';
  return (
    lineProblem(text, words.length, limits) ??
    wordProblem(words, chunks, limits) ??
    repetitionProblem(text, words, limits.repetition)
  );
}

type Limits = typeof DEFAULTS;

function lineProblem(text: string, words: number, limits: Limits): string | undefined {
  const symbols = text.match(/#|…|\.{3}/g)?.length ?? 0;
  if (symbols > limits.max_symbol_ratio * words) return 'too many symbols';
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const bullets = lines.filter((line) => /^[•‣◦⁃∙●○■▪*-]/u.test(line)).length;
  if (bullets > limits.max_bullet_lines * lines.length) return 'too many bullets';
  const ellipses = lines.filter((line) => line.endsWith('…') || line.endsWith('...')).length;
  return ellipses > limits.max_ellipsis_lines * lines.length ? 'too many ellipses' : undefined;
}

function wordProblem(
  words: readonly string[],
  chunks: readonly string[],
  limits: Limits,
): string | undefined {
  const alphabetic = chunks.filter((chunk) => /\p{L}/u.test(chunk)).length;
  if (alphabetic < limits.min_alphabetic_words * chunks.length) return 'too few words with letters';
  const stops = words
    .map((word) => word.toLowerCase())
    .filter((word) => limits.stop_words.has(word));
  if (new Set(stops).size < limits.min_stop_words) return 'too few stop words';
  return stops.length < limits.min_stop_word_share * words.length
    ? 'too few stop words'
    : undefined;
}

function repetitionProblem(
  text: string,
  words: readonly string[],
  repetition: Partial<Repetition> | false,
): string | undefined {
  if (repetition === false) return undefined;
  const limits = { ...GOPHER_REPETITION, ...repetition };
  const measured = measureRepetition(text, words);
  if (measured.duplicate_lines > limits.duplicate_lines) return 'repeated lines';
  if (measured.duplicate_paragraphs > limits.duplicate_paragraphs) return 'repeated paragraphs';
  if (measured.duplicate_line_characters > limits.duplicate_line_characters)
    return 'repeated lines';
  if (measured.duplicate_paragraph_characters > limits.duplicate_paragraph_characters) {
    return 'repeated paragraphs';
  }
  const exceeds = (shares: readonly number[], most: readonly number[]) =>
    shares.some((share, at) => share > most[at]!);
  if (exceeds(measured.top_ngrams, limits.top_ngrams)) return 'one phrase too often';
  return exceeds(measured.duplicate_ngrams, limits.duplicate_ngrams)
    ? 'repeated phrases'
    : undefined;
}

function checkQuality(options: QualityOptions): Limits {
  const operation = 'qualityProblem';
  checkOptions(operation, options, Object.keys(DEFAULTS));
  const limits = { ...DEFAULTS, ...options };
  for (const name of SHARES) checkShare(operation, name, limits[name]);
  for (const name of COUNTS) checkNumber(operation, name, limits[name], 0);
  if (limits.repetition !== false) {
    checkOptions(`${operation}: repetition`, limits.repetition, Object.keys(GOPHER_REPETITION));
    for (const [name, paper] of Object.entries(GOPHER_REPETITION)) {
      const value = limits.repetition[name as keyof Repetition] ?? paper;
      const [got, wanted] = [[value].flat(), [paper].flat()];
      if (got.length !== wanted.length) {
        throw new RangeError(
          `${operation}: ${name} must have ${wanted.length} shares, got ${got.length}`,
        );
      }
      for (const share of got) checkShare(operation, name, share as number);
    }
  }
  return limits;
}

/**
 * A step that drops texts with a {@link qualityProblem}, which is the reason.
 *
 * @param options - Limits, and `language`: the ISO 639-1 code whose stop words count instead of the paper's.
 */
export function qualityStep(options: QualityOptions & { language?: string } = {}): TextStep {
  const { language, ...limits } = options;
  checkQuality(limits);
  if (language !== undefined && limits.stop_words !== undefined) {
    throw new Error(
      'qualityStep: language and stop_words both say which stop words count; give one of them',
    );
  }
  return {
    name: 'quality',
    async start() {
      const stops = language === undefined ? {} : { stop_words: await stopWords(language) };
      return filterText('quality', ({ text }) =>
        qualityProblem(text, { ...limits, ...stops }),
      ).start();
    },
  };
}
