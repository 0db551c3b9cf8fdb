import { TextError } from './error.ts';
import { checkOptions, checkText } from './options.ts';
import { flatMapText, type TextStep } from './step.ts';

/** Options of {@link splitWords}. */
export interface SplitWordsOptions {
  /** The language, as a BCP 47 tag such as `ja`; the engine's root rules, which know all scripts, by default. */
  language?: string;
}

/** Options of {@link splitSentences}. */
export interface SplitSentencesOptions extends SplitWordsOptions {
  /** Words that end with a full stop without ending a sentence; common English and German ones by default. */
  abbreviations?: readonly string[];
}

const ABBREVIATIONS =
  'Mr. Mrs. Ms. Dr. Prof. St. Jr. Sr. vs. etc. e.g. i.e. cf. Fig. No. Vol. pp. al. Inc. Ltd. Co. z.B. d.h. bzw. usw. ca. Nr.'.split(
    ' ',
  );

const segmenters = new Map<string, Intl.Segmenter>();

/** The engine's segmenter, kept, since making one takes as long as a page of text. */
function segmenter(
  operation: string,
  granularity: 'word' | 'sentence',
  language = 'und',
): Intl.Segmenter {
  if (typeof Intl === 'undefined' || !('Segmenter' in Intl)) {
    throw new TextError(
      'no Intl.Segmenter',
      `${operation}: this JavaScript engine has no Intl.Segmenter; use Node 16 or later, or a browser of 2024 or later`,
    );
  }
  const key = `${granularity} ${language}`;
  let found = segmenters.get(key);
  if (!found) {
    try {
      found = new Intl.Segmenter(language, { granularity });
    } catch {
      throw new RangeError(
        `${operation}: ${JSON.stringify(language)} is no BCP 47 language tag such as "en" or "zh-Hant"`,
      );
    }
    if (segmenters.size >= 64) segmenters.clear();
    segmenters.set(key, found);
  }
  return found;
}

/**
 * The words of a text, in order, without spaces and punctuation, by `Intl.Segmenter`: Chinese, Japanese and Thai, too,
 * are cut by the engine's dictionary.
 *
 * @throws TextError where the engine has no `Intl.Segmenter`; RangeError for a malformed language.
 */
export function splitWords(text: string, options: SplitWordsOptions = {}): string[] {
  checkText('splitWords', text);
  checkOptions('splitWords', options, ['language']);
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter('splitWords', 'word', options.language).segment(
    text,
  )) {
    if (isWordLike) words.push(segment);
  }
  return words;
}

/**
 * The sentences of a text, trimmed, by `Intl.Segmenter`; a line end ends a sentence, an abbreviation does not.
 *
 * @throws TextError where the engine has no `Intl.Segmenter`; RangeError for a malformed language.
 */
export function splitSentences(text: string, options: SplitSentencesOptions = {}): string[] {
  checkText('splitSentences', text);
  checkOptions('splitSentences', options, ['language', 'abbreviations']);
  const abbreviations = new Set(options.abbreviations ?? ABBREVIATIONS);
  const sentences: string[] = [];
  let open = '';
  for (const { segment } of segmenter('splitSentences', 'sentence', options.language).segment(
    text,
  )) {
    open += segment;
    if (!/[\n\r\u2028\u2029]$/.test(segment) && abbreviations.has(lastWord(segment))) continue;
    const sentence = open.trim();
    if (sentence !== '') sentences.push(sentence);
    open = '';
  }
  if (open.trim() !== '') sentences.push(open.trim());
  return sentences;
}

/** What stands after the last space, without an opening bracket or quotation mark. */
function lastWord(segment: string): string {
  const trimmed = segment.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf(' ') + 1).replace(/^[([{"'“‘«]+/, '');
}

/** A step that makes one row of each sentence, with {@link splitSentences}. */
export function sentencesStep(options: SplitSentencesOptions = {}): TextStep {
  splitSentences('', options);
  return flatMapText('sentences', (text) => splitSentences(text, options));
}
