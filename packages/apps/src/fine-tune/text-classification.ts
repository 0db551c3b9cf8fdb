import { dataCollatorWithPadding } from '@llm/train';
import { type ClassificationRow, textClassificationScoring } from '../evaluate/index.ts';
import { encodeText } from '../pipelines/encode.ts';
import { classConfig, classIds } from './classes.ts';
import { modelInputs, type Recipe } from './recipe.ts';

/** Classifies texts by the labels of the rows. */
export const textClassificationRecipe: Recipe<ClassificationRow, 'text-classification'> = {
  scoring: textClassificationScoring,
  config: (rows) => classConfig(rows.map(({ label }) => label)),
  features(rows, model, tokenizer) {
    const ids = classIds(model.config);
    return rows.map(({ text, label }) => ({
      ...modelInputs(model, encodeText({ model, tokenizer }, text)),
      labels: ids.get(label)!,
    }));
  },
  collator: (tokenizer) => dataCollatorWithPadding(tokenizer, { pad_to_multiple_of: 16 }),
  args: { learning_rate: 5e-5, num_train_epochs: 3, per_device_train_batch_size: 16 },
  adapterTask: 'SEQ_CLS',
};
