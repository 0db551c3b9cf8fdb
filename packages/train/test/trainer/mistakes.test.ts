import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoModelForSequenceClassification } from '@llm/nn';
import {
  BadRowError,
  dataCollatorForChat,
  dataCollatorForPacking,
  dataCollatorForSpanCorruption,
  IterableDataset,
  Trainer,
  type TrainerDataset,
  type TrainingArguments,
} from '@llm/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newClassifier, paddingTokenizer, points } from './support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-mistakes-'));
});
afterAll(() => rm(folder, { recursive: true }));

const never = () => Promise.reject(new Error('rendered'));
const save_nothing = { save_strategy: 'no', disable_tqdm: true } as const;

const train = (train_dataset: TrainerDataset, args: Partial<TrainingArguments> = {}) =>
  new Trainer({
    model: newClassifier(),
    train_dataset,
    args: { ...save_nothing, ...args },
  }).train();

it('names what cannot be trained on', async () => {
  await expect(train([])).rejects.toThrow('train_dataset makes no batch of 8 examples');
  await expect(train(points(3), { dataloader_drop_last: true })).rejects.toThrow('no batch');
  await expect(train([{ points: [1, 2, 3, 4], label: -100 }])).rejects.toThrow(/no label counts/);
  await expect(train([{ points: [1, 2, 3, 4], label: 'x' }])).rejects.toThrow(
    /train_dataset, row 1: 'labels' is "x", wants a number/,
  );
  await expect(train([{ points: [1, 2, 3, 4] }])).rejects.toThrow(/the model gives no loss/);
  await expect(train([...points(2), { points: [1, 2, 3] }])).rejects.toThrow(
    /train_dataset, row [123]: 'points' has length/,
  );
  await expect(train(IterableDataset.from(points(8)))).rejects.toThrow('set max_steps');
  const once = (async function* () {
    yield* points(8);
  })();
  await expect(train(once, { max_steps: 2 })).rejects.toThrow(
    'gave no batch in epoch 2; a generator gives its rows once',
  );
  const unwritable = join(folder, 'file');
  await writeFile(unwritable, '');
  await expect(
    train(points(8), { save_strategy: 'steps', output_dir: unwritable }),
  ).rejects.toThrow('cannot write to output_dir');
});

it('names the row that a collator cannot use', async () => {
  const rows = [{ input_ids: [3, 4, 5, 6] }, { input_ids: [7] }];
  const sentinels = { ...paddingTokenizer, token_to_id: () => 60 };
  for (const [collator, problem] of [
    [dataCollatorForSpanCorruption(sentinels), 'wants at least 2 tokens: got 1'],
    [
      dataCollatorForPacking(paddingTokenizer, { max_length: 2 }),
      "no list 'document_ids'; make the rows by packExamples",
    ],
    [
      dataCollatorForChat({ ...paddingTokenizer, apply_chat_template: never }),
      "no list 'messages'",
    ],
  ] as const) {
    const model = newClassifier();
    const args = { ...save_nothing, max_steps: 1 };
    const options = { model, args, train_dataset: rows, data_collator: collator };
    const error = await new Trainer(options).train().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(BadRowError);
    expect(error.message).toMatch(/^train_dataset, row [12]: /);
    expect(error.message).toContain(problem);
  }
});

it('names a score that is no number', async () => {
  const compute_metrics = () => ({ accuracy: undefined as unknown as number });
  const options = { model: newClassifier(), args: save_nothing, compute_metrics };
  await expect(new Trainer(options).evaluate(points(4))).rejects.toThrow(
    "compute_metrics gives undefined for 'accuracy', wants a number",
  );
});

it('names the row whose label the model has no class for', async () => {
  const model = await AutoModelForSequenceClassification.from_config({
    ...{ model_type: 'bert', num_hidden_layers: 1, num_attention_heads: 1, num_labels: 2 },
    ...{ vocab_size: 4, hidden_size: 4, intermediate_size: 4 },
  });
  const rows = Array.from({ length: 20 }, (_, i) => ({
    input_ids: [1, 2],
    labels: i === 9 ? 5 : 0,
  }));
  // In the first batch: nothing is computed before.
  const args = { ...save_nothing, per_device_train_batch_size: 20, max_steps: 1 };
  for (const train_dataset of [rows, IterableDataset.from(rows)]) {
    await expect(new Trainer({ model, args, train_dataset }).train()).rejects.toThrow(
      'row 10 of train_dataset has the label 5; the model has the classes 0 to 1',
    );
  }
  const evaluation = { ...save_nothing, per_device_eval_batch_size: 20 };
  const trainer = new Trainer({ model, args: evaluation, eval_dataset: rows });
  await expect(trainer.evaluate()).rejects.toThrow(
    'row 10 of the data set to evaluate on has the label 5',
  );
});
