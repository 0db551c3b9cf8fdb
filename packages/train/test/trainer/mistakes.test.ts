import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoModelForSequenceClassification } from '@llm/nn';
import { IterableDataset, Trainer, type TrainerDataset, type TrainingArguments } from '@llm/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newClassifier, points } from './support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-mistakes-'));
});
afterAll(() => rm(folder, { recursive: true }));

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
  const unwritable = join(folder, 'file');
  await writeFile(unwritable, '');
  await expect(
    train(points(8), { save_strategy: 'steps', output_dir: unwritable }),
  ).rejects.toThrow('cannot write to output_dir');
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
