import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  AutoModelForCausalLM,
  AutoModelForMaskedLM,
  AutoModelForSeq2SeqLM,
  AutoModelForSequenceClassification,
} from '@llm/nn';
import {
  dataCollatorForSeq2Seq,
  dataCollatorWithPadding,
  type Features,
  IterableDataset,
  Trainer,
} from '@llm/train';
import { describe, expect, it } from 'vitest';
import { paddingTokenizer } from './support.ts';

interface Curve {
  readonly losses: readonly number[];
  readonly examples: readonly Features[];
}

const tasks = {
  'causal-lm': AutoModelForCausalLM,
  classification: AutoModelForSequenceClassification,
  'masked-lm': AutoModelForMaskedLM,
  seq2seq: AutoModelForSeq2SeqLM,
} as const;

describe('the loss of 50 steps is that of transformers', () => {
  it.each(Object.keys(tasks) as (keyof typeof tasks)[])('%s', async (name) => {
    const folder = fileURLToPath(new URL(`./curves/${name}`, import.meta.url));
    const curve = JSON.parse(await readFile(`${folder}/curve.json`, 'utf8')) as Curve;
    const model = await tasks[name].from_pretrained(folder);
    const collator = name === 'seq2seq' ? dataCollatorForSeq2Seq : dataCollatorWithPadding;
    const trainer = new Trainer({
      model,
      args: {
        learning_rate: 1e-2,
        weight_decay: 0.01,
        warmup_steps: 5,
        max_steps: 50,
        per_device_train_batch_size: 4,
        logging_steps: 1,
        save_strategy: 'no',
        disable_tqdm: true,
      },
      // A stream comes in its own order.
      train_dataset: IterableDataset.from(curve.examples),
      data_collator: collator(paddingTokenizer),
    });
    await trainer.train();
    const losses = trainer.state.log_history.flatMap(({ loss }) =>
      loss === undefined ? [] : loss,
    );
    expect(losses).toHaveLength(50);
    const worst = Math.max(
      ...losses.map((loss, i) => Math.abs(loss - curve.losses[i]!) / curve.losses[i]!),
    );
    expect(worst, losses.join(' ')).toBeLessThan(1e-3);
  });
});
