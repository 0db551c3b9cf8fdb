import { checkOptions } from '@llm/nn';
import { alignReferences, type References } from './ngrams.ts';
import { editsWithShifts } from './ter-shifts.ts';
import { splitWords, trimEnd } from './word-tokenizers.ts';

/** Options of `corpusTer`, with sacreBLEU's names and defaults. */
export interface TerOptions {
  /** Set punctuation apart and resolve XML's escapes. Default false. */
  readonly normalized?: boolean;
  /** Leave out `. , ? : ; ! " ( )`. Default false. */
  readonly no_punct?: boolean;
  /** Letters of both cases differ. Default false. */
  readonly case_sensitive?: boolean;
}

/** Translation edit rate and what it is made of. */
export interface TerResult {
  /** Edits per 100 words of the references; 0 is best, and it may pass 100. */
  readonly score: number;
  /** Insertions, deletions, substitutions and shifts of word sequences. */
  readonly edits: number;
  /** Words in the references, of each hypothesis their mean. */
  readonly referenceLength: number;
}

/**
 * Translation edit rate of a corpus (Snover et al., 2006), as sacreBLEU's TER, which follows Tercom. Of several
 * references the one with the fewest edits counts.
 *
 * @throws Error where the counts differ, or for an unknown option
 */
export function corpusTer(
  hypotheses: readonly string[],
  references: readonly References[],
  options: TerOptions = {},
): TerResult {
  checkOptions('corpusTer', options, ['normalized', 'no_punct', 'case_sensitive']);
  let edits = 0;
  let referenceLength = 0;
  for (const pair of alignReferences('corpusTer', hypotheses, references)) {
    const hypothesis = words(pair.hypothesis, options);
    const wanted = pair.references.map((text) => words(text, options));
    edits += Math.min(...wanted.map((reference) => editsWithShifts(hypothesis, reference)));
    referenceLength += wanted.reduce((sum, { length }) => sum + length, 0) / wanted.length;
  }
  const rate = referenceLength > 0 ? edits / referenceLength : edits > 0 ? 1 : 0;
  return { score: 100 * rate, edits, referenceLength };
}

/** Tercom's normalization, in order. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/\n-/g, ''],
  [/\n/g, ' '],
  [/&quot;/g, '"'],
  [/&amp;/g, '&'],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/^|$/g, ' '],
  [/([{-~[-` -&(-+:-@/])/g, ' $1 '],
  [/'s /g, " 's "],
  [/'s$/g, " 's"],
  [/([^0-9])([.,])/gu, '$1 $2 '],
  [/([.,])([^0-9])/gu, ' $1 $2'],
  [/([0-9])(-)/g, '$1 $2 '],
];

function words(text: string, options: TerOptions): string[] {
  const { normalized = false, no_punct = false, case_sensitive = false } = options;
  let line = trimEnd(text);
  if (!case_sensitive) line = line.toLowerCase();
  if (normalized && line !== '') {
    line = rules.reduce((all, [pattern, by]) => all.replace(pattern, by), line);
  }
  if (no_punct) line = line.replace(/[.,?:;!"()]/g, '');
  return splitWords(line);
}
