import { seqeval } from '@llm/train';
import type { TokenEntity } from '../pipelines/index.ts';
import { type Scoring, textsOf, wrongColumn } from './scoring.ts';

/** Words and the tag of each, such as `B-PER` or `NOUN`. */
export interface TaggedRow {
  readonly tokens: readonly string[];
  readonly tags: readonly string[];
}

/**
 * seqeval's scores of whole spans, and the share of words whose tag is right. A word's tag is that of its first token;
 * words beyond what the model takes at once count as `O`.
 */
export const tokenClassificationScoring: Scoring<
  TaggedRow,
  'token-classification',
  readonly string[]
> = {
  task: 'token-classification',
  columns: 'tokens, tags (lists of one length)',
  check(row, index) {
    const tokens = textsOf(row, 'tokens', index);
    const tags = textsOf(row, 'tags', index);
    if (tags.length !== tokens.length) {
      throw wrongColumn(row, 'tags', index, `a tag for each of the ${tokens.length} tokens`);
    }
    return { tokens, tags };
  },
  async predict(run, rows) {
    const pieces = await run(
      rows.map(({ tokens }) => tokens.join(' ')),
      { ignore_labels: [], batch_size: 16 },
    );
    return rows.map(({ tokens }, i) => wordTags(tokens, pieces[i]!));
  },
  score(predictions, rows) {
    const { precision, recall, f1, accuracy } = seqeval(
      predictions,
      rows.map(({ tags }) => tags),
    );
    return { precision, recall, f1, accuracy };
  },
};

/** The tag of each word of a text that is its words with spaces between. */
function wordTags(tokens: readonly string[], pieces: readonly TokenEntity[]): string[] {
  // A word that the tokenizer knows nothing of, such as a lone control character, has no token.
  return firstPieces(tokens, pieces).map((piece) => (piece < 0 ? 'O' : pieces[piece]!.entity));
}

/**
 * For each word of a text that is its words with spaces between: the position of its first piece, -1 where there is
 * none.
 *
 * @param pieces where they lie in the text, in order
 */
export function firstPieces(
  words: readonly string[],
  pieces: readonly { readonly start: number; readonly end: number }[],
): number[] {
  let piece = 0;
  let end = -1;
  return words.map((word) => {
    const start = end + 1;
    end = start + word.length;
    while (piece < pieces.length && pieces[piece]!.end <= start) piece++;
    return piece < pieces.length && pieces[piece]!.start < end ? piece : -1;
  });
}
