import { checkChoice, checkOptions } from '@llm/nn';
import { type Average, type AveragedScores, averageScores } from './averages.ts';
import { type EntitySpan, lenientEntities, strictEntities, type TagScheme } from './entities.ts';
import { checkPairs, labelsOf } from './labels.ts';

/** Options of `seqeval`. */
export interface SeqevalOptions {
  /**
   * Without: tags are read leniently, as conlleval reads them. With `'strict'`, only spans that are complete by
   * `scheme` count.
   */
  readonly mode?: 'strict';
  /** The scheme of strict mode. */
  readonly scheme?: TagScheme;
  /** How the scores of the types become one. Default `'micro'`. */
  readonly average?: Average;
  /** What a quotient of zeros is. Default 0. */
  readonly zero_division?: 0 | 1;
}

/** Scores of spans, together and by type, and the share of tags that are right. */
export interface SeqevalResult extends AveragedScores {
  readonly accuracy: number;
}

/**
 * F1 of labelled spans, as Python's `seqeval`: a span is right if its type and both ends are.
 *
 * @param predictions tags of each sentence
 * @param references tags of each sentence
 * @throws RangeError where sentences differ in number or length, or for a tag that the scheme does not have
 * @throws TypeError for strict mode without a scheme, or a scheme without strict mode
 */
export function seqeval(
  predictions: readonly (readonly string[])[],
  references: readonly (readonly string[])[],
  options: SeqevalOptions = {},
): SeqevalResult {
  checkOptions('seqeval', options, ['mode', 'scheme', 'average', 'zero_division']);
  const { average = 'micro', zero_division = 0 } = options;
  const read = reader(options);
  checkPairs('seqeval', predictions, references);
  const counts = new Map<string, { matches: number; predicted: number; wanted: number }>();
  const of = ({ type }: EntitySpan) => {
    const known = counts.get(type) ?? { matches: 0, predicted: 0, wanted: 0 };
    counts.set(type, known);
    return known;
  };
  let tags = 0;
  let right = 0;
  for (const [index, wantedTags] of references.entries()) {
    const tagsHere = predictions[index]!;
    if (tagsHere.length !== wantedTags.length) {
      throw new RangeError(
        `seqeval: sentence ${index} has ${wantedTags.length} tags: got ${tagsHere.length} predictions`,
      );
    }
    tags += wantedTags.length;
    right += wantedTags.filter((tag, place) => tag === tagsHere[place]).length;
    const wanted = read(wantedTags);
    const keys = new Set(wanted.map(keyOf));
    for (const span of wanted) of(span).wanted += 1;
    for (const span of read(tagsHere)) {
      of(span).predicted += 1;
      if (keys.has(keyOf(span))) of(span).matches += 1;
    }
  }
  const classes = labelsOf([...counts.keys()]).map((label) => ({
    label,
    ...counts.get(String(label))!,
  }));
  const scores = averageScores('seqeval', classes, average, zero_division);
  return { ...scores, accuracy: tags === 0 ? 0 : right / tags };
}

function reader({ mode, scheme }: SeqevalOptions): (tags: readonly string[]) => EntitySpan[] {
  if (mode === undefined) {
    if (scheme !== undefined) throw new TypeError("seqeval: a scheme wants mode 'strict'");
    return lenientEntities;
  }
  checkChoice('seqeval', 'mode', mode, ['strict']);
  if (scheme === undefined) {
    throw new TypeError("seqeval: mode 'strict' wants a scheme: IOB2, IOE2, IOBES or BILOU");
  }
  checkChoice('seqeval', 'scheme', scheme, ['IOB2', 'IOE2', 'IOBES', 'BILOU']);
  return (tags) => strictEntities(tags, scheme);
}

function keyOf({ type, start, end }: EntitySpan): string {
  return `${start} ${end} ${type}`;
}
