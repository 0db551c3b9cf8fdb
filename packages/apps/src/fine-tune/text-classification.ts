import type { PreTrainedModel } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';
import { accuracy, dataCollatorWithPadding, precisionRecallF1 } from '@llm/train';
import { encodeText } from '../pipelines/encode.ts';
import { WrongInputError } from '../pipelines/index.ts';
import { type Features, type Recipe, textOf } from './recipe.ts';

/** A text and the name of its class. */
export interface ClassificationRow {
  readonly text: string;
  readonly label: string;
}

/** Classifies texts by the labels of the rows. */
export const textClassificationRecipe: Recipe<ClassificationRow, 'text-classification'> = {
  task: 'text-classification',
  check: (row, index) => ({ text: textOf(row, 'text', index), label: textOf(row, 'label', index) }),
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
  async score(run, rows) {
    const found = await run(
      rows.map(({ text }) => text),
      { batch_size: 16 },
    );
    const predicted = found.map(({ label }) => label);
    const wanted = rows.map(({ label }) => label);
    return {
      accuracy: accuracy(predicted, wanted),
      f1: precisionRecallF1(predicted, wanted, { average: 'macro' }).f1,
    };
  },
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
