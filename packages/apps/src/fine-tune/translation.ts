import { corpusBleu, corpusChrf, dataCollatorForSeq2Seq } from '@llm/train';
import { encodeSource } from '../pipelines/text-to-text.ts';
import { type Recipe, textOf } from './recipe.ts';

/** A text and its translation. */
export interface TranslationRow {
  readonly source: string;
  readonly target: string;
}

/** Translates, with the languages that the model and its tokenizer are set to. */
export const translationRecipe: Recipe<TranslationRow, 'translation'> = {
  task: 'translation',
  check: (row, index) => ({
    source: textOf(row, 'source', index),
    target: textOf(row, 'target', index),
  }),
  features(rows, model, tokenizer) {
    const encode = encodeSource({ model, tokenizer });
    return rows.map(({ source, target }) => {
      const input_ids = encode(source);
      return { input_ids, attention_mask: input_ids.map(() => 1), labels: encode(target) };
    });
  },
  collator: (tokenizer) => dataCollatorForSeq2Seq(tokenizer, { pad_to_multiple_of: 16 }),
  args: { learning_rate: 5e-5, num_train_epochs: 3, per_device_train_batch_size: 16 },
  async score(run, rows) {
    const translated = await run(rows.map(({ source }) => source));
    const texts = translated.map(({ translation_text }) => translation_text);
    const references = rows.map(({ target }) => [target]);
    return {
      bleu: corpusBleu(texts, references).score,
      chrf: corpusChrf(texts, references).score,
    };
  },
};
