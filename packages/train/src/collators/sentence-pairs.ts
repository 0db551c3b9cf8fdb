import { checkOptions } from '@llm/nn';
import { RandomSource } from '../data/random-source.ts';
import { type CollatorTokenizer, type Features, needToken } from './collator.ts';

/** Options of `sentencePairs`. */
export interface SentencePairOptions {
  /**
   * `'nsp'`, BERT's next sentence: label 0 if the second sentence follows the first, 1 if it is of another document;
   * `'sop'`, ALBERT's order: label 0 in order, 1 if the two are swapped. Default `'nsp'`.
   */
  readonly objective?: 'nsp' | 'sop';
  /** Most tokens of a pair, special ones included; the longer sentence loses its end. Default 128. */
  readonly max_length?: number;
  /** Seed of what is drawn. Default 0. */
  readonly seed?: number;
}

/**
 * Pairs of sentences with labels, half of them 1, from documents: lists of sentences, each its tokens without special
 * ones. `input_ids` are [CLS] first [SEP] second [SEP], and `token_type_ids` tell the two apart.
 *
 * @throws RangeError if no document has two sentences, or `'nsp'` has one document only
 */
export function sentencePairs(
  documents: readonly (readonly (readonly number[])[])[],
  tokenizer: CollatorTokenizer,
  options: SentencePairOptions = {},
): Features[] {
  checkOptions('sentencePairs', options, ['objective', 'max_length', 'seed']);
  const { objective = 'nsp', max_length = 128, seed = 0 } = options;
  if (objective !== 'nsp' && objective !== 'sop') {
    throw new TypeError(`sentencePairs: objective takes 'nsp' or 'sop': got '${objective}'`);
  }
  const cls = needToken('sentencePairs', tokenizer, 'cls');
  const sep = needToken('sentencePairs', tokenizer, 'sep');
  const filled = documents
    .map((document) => document.filter(({ length }) => length > 0))
    .filter(({ length }) => length > 0);
  if (!filled.some(({ length }) => length > 1) || (objective === 'nsp' && filled.length < 2)) {
    throw new RangeError(
      `sentencePairs: wants a document of two sentences${objective === 'nsp' ? ', and a second document' : ''}: got ${filled.length} documents`,
    );
  }
  const random = new RandomSource(seed);
  return filled.flatMap((document, index) =>
    document.slice(0, -1).map((sentence, place) => {
      const label = random.next() < 0.5 ? 1 : 0;
      let [first, second] = [sentence, document[place + 1]!];
      if (label === 1 && objective === 'sop') [first, second] = [second, first];
      else if (label === 1) {
        const other = random.below(filled.length - 1);
        const elsewhere = filled[other < index ? other : other + 1]!;
        second = elsewhere[random.below(elsewhere.length)]!;
      }
      const [a, b] = truncatePair(first, second, max_length - 3);
      return {
        input_ids: [cls, ...a, sep, ...b, sep],
        token_type_ids: [...a.map(() => 0), 0, 0, ...b.map(() => 1), 1],
        label,
      };
    }),
  );
}

function truncatePair(
  first: readonly number[],
  second: readonly number[],
  length: number,
): [readonly number[], readonly number[]] {
  let [a, b] = [first.length, second.length];
  while (a + b > length && a + b > 2) {
    if (a > b) a--;
    else b--;
  }
  return [first.slice(0, a), second.slice(0, b)];
}
