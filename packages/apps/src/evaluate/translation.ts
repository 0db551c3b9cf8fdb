import { corpusBleu, corpusChrf } from '@llm/train';
import { type Scoring, textOf } from './scoring.ts';

/** A text and its translation. */
export interface TranslationRow {
  readonly source: string;
  readonly target: string;
}

/** sacreBLEU's BLEU and chrF, 0 to 100. */
export const translationScoring: Scoring<TranslationRow, 'translation', string> = {
  task: 'translation',
  columns: 'source, target',
  check: (row, index) => ({
    source: textOf(row, 'source', index),
    target: textOf(row, 'target', index),
  }),
  async predict(run, rows) {
    const translated = await run(rows.map(({ source }) => source));
    return translated.map(({ translation_text }) => translation_text);
  },
  score(texts, rows) {
    const references = rows.map(({ target }) => [target]);
    return {
      bleu: corpusBleu(texts, references).score,
      chrf: corpusChrf(texts, references).score,
    };
  },
};
