import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setDefaultDevice, tensor } from '@llm/nn';
import { AutoTokenizer, startTokenizerPool } from '@llm/tokenizers';
import {
  BadRowError,
  type Batch,
  type Collator,
  Dataset,
  dataCollatorWithPadding,
  dataCollatorWithTokenizer,
  IterableDataset,
  Trainer,
  type TrainerOptions,
  type TrainingArguments,
} from '@llm/train';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Classifier, newClassifier, points, weights } from './support.ts';

setDefaultDevice('wasm');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-workers-'));
  vi.spyOn(console, 'info').mockReturnValue();
});
afterAll(() => rm(folder, { recursive: true }));

/** Points as texts, `0.25 -0.5 …`, which the collator reads. */
const rows = points(32).map(({ points: numbers, label }) => ({ text: numbers.join(' '), label }));

/** Says how many batches are being made at a time; each takes a while, the later ones less. */
function parsing(active: { most: number; now: number }): Collator {
  let left = 12;
  const collate: Collator = async (items, random) => {
    active.most = Math.max(active.most, ++active.now);
    const noise = random.next(); // as a collator for masked words draws
    await new Promise((done) => setTimeout(done, Math.max(0, left--)));
    active.now--;
    const values = items.flatMap(({ text }) => String(text).split(' ').map(Number));
    return {
      points: tensor(values, [items.length, 4]).add(noise / 10),
      labels: tensor(items.map(({ label }) => label as number)).to('i32'),
    };
  };
  return Object.assign(collate, { columns: ['text'] });
}

function trainerOf(
  args: Partial<TrainingArguments>,
  active = { most: 0, now: 0 },
  more: Partial<TrainerOptions<Classifier>> = {},
): Trainer<Classifier> {
  return new Trainer({
    model: newClassifier(0.2),
    train_dataset: Dataset.from(rows),
    data_collator: parsing(active),
    ...more,
    args: {
      ...{ learning_rate: 0.02, num_train_epochs: 2, per_device_train_batch_size: 4 },
      ...{ save_strategy: 'no', disable_tqdm: true, logging_steps: 1 },
      ...args,
    },
  });
}

describe('dataloader_num_workers', () => {
  it('makes batches side by side, in the same order and with the same draws, and resumes bit for bit', async () => {
    const [none, some] = [
      { most: 0, now: 0 },
      { most: 0, now: 0 },
    ];
    const alone = trainerOf({}, none);
    await alone.train();
    expect(none.most).toBe(1);
    const workers = { dataloader_num_workers: 2, dataloader_prefetch_factor: 2 };
    const output_dir = join(folder, 'stopped');
    const stopped = trainerOf(
      { ...workers, output_dir, save_strategy: 'steps', save_steps: 11 },
      some,
    );
    await stopped.train();
    expect(some.most).toBe(4);
    const want = await weights(alone.model);
    expect(await weights(stopped.model)).toEqual(want);
    const resumed = trainerOf({ ...workers });
    await resumed.train({ resume_from_checkpoint: join(output_dir, 'checkpoint-11') });
    expect(await weights(resumed.model)).toEqual(want);
  });

  it('tells the row of the data set that a collator cannot use, and trains on those before', async () => {
    const wrong = rows.map((row, index) => (index === 29 ? { ...row, text: 7 } : row));
    const encode = (texts: readonly string[]) => ({
      points: texts.map((text) => text.split(' ').map(Number)),
    });
    const data_collator = dataCollatorWithTokenizer(encode, {
      collate: dataCollatorWithPadding({ pad_token_id: 0 } as never, { pad_to_multiple_of: 1 }),
    });
    for (const train_dataset of [Dataset.from(wrong), IterableDataset.from(wrong)]) {
      const args = { dataloader_num_workers: 3, max_steps: 10 };
      const trainer = trainerOf(args, undefined, { data_collator, train_dataset });
      const error = await trainer.train().catch((caught) => caught);
      expect(error).toBeInstanceOf(BadRowError);
      expect(error).toMatchObject({ source: 'train_dataset', row: 30 });
      expect(error.message).toMatch(/train_dataset, row 30: column 'text' wants a text: got 7/);
      if (train_dataset instanceof IterableDataset) expect(trainer.state.global_step).toBe(7);
    }
  });

  it.each<[Partial<TrainingArguments>, RegExp]>([
    [{ dataloader_num_workers: -1 }, /dataloader_num_workers must be a whole number from 0/],
    [{ dataloader_prefetch_factor: 2 }, /dataloader_prefetch_factor must be .* only with workers/],
    [
      { dataloader_num_workers: 1, dataloader_prefetch_factor: 0 },
      /dataloader_prefetch_factor must be a whole number above 0/,
    ],
  ])('refuses %j', (args, message) => {
    expect(() => trainerOf(args)).toThrow(message);
  });
});

describe('dataCollatorWithTokenizer', () => {
  const at = fileURLToPath(new URL('../../../apps/test/fixtures/pipelines/t5', import.meta.url));
  const texts = ['the cat sat', 'on the mat', 'a'].map((text, label) => ({
    text,
    two: 'a dog',
    label,
  }));
  const plain = async (batch: Batch) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(batch).map(async ([name, each]) => [name, await each.toArray()]),
      ),
    );

  it('gives the same batches by a tokenizer and by a pool of workers', async () => {
    const tokenizer = await AutoTokenizer.from_pretrained(at);
    using pool = await startTokenizerPool(tokenizer, { workers: 1 });
    const options = {
      collate: dataCollatorWithPadding(tokenizer, { pad_to_multiple_of: 4 }),
      text_pair: 'two',
      tokenize: { truncation: true, max_length: 6 },
    };
    const [own, pooled] = [tokenizer, pool].map((each) => dataCollatorWithTokenizer(each, options));
    const random = undefined as never; // padding draws nothing
    const batch = await plain(await own!(texts, random));
    expect(await plain(await pooled!(texts, random))).toEqual(batch);
    const ids = tokenizer.encode('a', { text_pair: 'a dog', truncation: true, max_length: 6 });
    expect(batch.input_ids![2]!.slice(0, ids.length)).toEqual(ids);
    expect(batch.labels).toEqual([0, 1, 2]);
  });

  it.each([
    [{ tokenize: { padding: true } }, /does not take 'padding': texts are padded by collate/],
    [{ collate: undefined }, /collate wants a collator/],
    [{ column: 'text' }, /unknown option 'column'/],
  ])('refuses %j', (options, message) => {
    const collate = dataCollatorWithPadding({ pad_token_id: 0 } as never);
    const make = () => dataCollatorWithTokenizer(() => ({}), { collate, ...options } as never);
    expect(make).toThrow(message);
  });
});
