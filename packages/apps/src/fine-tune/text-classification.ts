import type { PreTrainedModel } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';
import { dataCollatorWithPadding } from '@llm/train';
import { type ClassificationRow, textClassificationScoring } from '../evaluate/index.ts';
import { encodeText } from '../pipelines/encode.ts';
import { WrongInputError } from '../pipelines/index.ts';
import type { Features, Recipe } from './recipe.ts';

/** Classifies texts by the labels of the rows. */
export const textClassificationRecipe: Recipe<ClassificationRow, 'text-classification'> = {
  scoring: textClassificationScoring,
  config(rows) {
    const names = labelsOf(rows);
    if (names.length < 2) {
      throw new WrongInputError(`fineTune: wants two labels or more: got ${names.join(', ')}`);
    }
    return {
      num_labels: names.length,
      id2label: Object.fromEntries(names.entries()),
      label2id: Object.fromEntries(names.map((name, id) => [name, id])),
    };
  },
  features(rows, model, tokenizer) {
    const ids = new Map(
      Object.entries(model.config.id2label!).map(([id, name]) => [name, Number(id)]),
    );
    return rows.map(({ text, label }) => ({
      ...inputsOf(model, tokenizer, text),
      labels: ids.get(label)!,
    }));
  },
  collator: (tokenizer) => dataCollatorWithPadding(tokenizer, { pad_to_multiple_of: 16 }),
  args: { learning_rate: 5e-5, num_train_epochs: 3, per_device_train_batch_size: 16 },
};

/** The labels that there are, in alphabetical order. */
function labelsOf(rows: readonly ClassificationRow[]): string[] {
  return [...new Set(rows.map(({ label }) => label))].sort();
}

/** The model's inputs for a text, by Python's names. */
function inputsOf(model: PreTrainedModel, tokenizer: PreTrainedTokenizer, text: string): Features {
  const { ids, attention_mask, type_ids } = encodeText({ model, tokenizer }, text);
  const takesTypes = model.inputNames.includes('token_type_ids');
  return { input_ids: ids, attention_mask, ...(takesTypes && { token_type_ids: type_ids }) };
}
