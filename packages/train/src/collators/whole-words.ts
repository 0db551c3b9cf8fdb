import type { CollatorTokenizer } from './collator.ts';

/** How vocabularies mark words: by what a piece starts with that continues one, or that begins one. */
const marks = [
  { mark: '##', continues: (token: string) => token.startsWith('##') }, // WordPiece
  { mark: 'Ġ', continues: (token: string) => !token.startsWith('Ġ') }, // byte-level BPE
  { mark: '▁', continues: (token: string) => !token.startsWith('▁') }, // SentencePiece
] as const;

/**
 * Whether a token continues the word before it, by the mark that most tokens of the vocabulary have: byte-level
 * vocabularies hold some `##` too, that of headings.
 *
 * @throws Error for a vocabulary without such marks
 */
export function continuationOf(
  collator: string,
  tokenizer: CollatorTokenizer,
): (token: string) => boolean {
  const counts = marks.map(() => 0);
  for (let id = 0; id < tokenizer.total_size; id++) {
    const token = tokenizer.id_to_token(id);
    const which = marks.findIndex(({ mark }) => token?.startsWith(mark));
    if (which >= 0) counts[which]!++;
  }
  const most = Math.max(...counts);
  if (most === 0) {
    const known = marks.map(({ mark }) => `'${mark}'`).join(', ');
    throw new Error(
      `${collator}: whole_word_mask cannot tell words, as no token of the vocabulary starts with ${known}; set is_continuation`,
    );
  }
  return marks[counts.indexOf(most)]!.continues;
}
