import { dataCollatorForSeq2Seq } from '@llm/train';
import { type TranslationRow, translationScoring } from '../evaluate/index.ts';
import { encodeSource } from '../pipelines/text-to-text.ts';
import type { Recipe } from './recipe.ts';

/** Translates, with the languages that the model and its tokenizer are set to. */
export const translationRecipe: Recipe<TranslationRow, 'translation'> = {
  scoring: translationScoring,
  features(rows, model, tokenizer) {
    const encode = encodeSource({ model, tokenizer });
    return rows.map(({ source, target }) => {
      const input_ids = encode(source);
      return { input_ids, attention_mask: input_ids.map(() => 1), labels: encode(target) };
    });
  },
  collator: (tokenizer) => dataCollatorForSeq2Seq(tokenizer, { pad_to_multiple_of: 16 }),
  args: { learning_rate: 5e-5, num_train_epochs: 3, per_device_train_batch_size: 16 },
  adapterTask: 'SEQ_2_SEQ_LM',
};
