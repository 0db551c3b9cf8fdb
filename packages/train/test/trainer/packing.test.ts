import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createModel, manualSeed, setDefaultDevice } from '@llm/nn';
import { gpt2 } from '@llm/nn/models';
import { dataCollatorForPacking, packExamples, RandomSource, Trainer } from '@llm/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paddingTokenizer, weights } from './support.ts';

setDefaultDevice('wasm');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-packing-'));
});
afterAll(() => rm(folder, { recursive: true }));

const max_length = 24;

/** Documents of many lengths, packed. */
function packedRows() {
  const random = new RandomSource(3);
  const documents = Array.from({ length: 60 }, () => ({
    input_ids: Array.from({ length: 3 + Math.floor(random.next() * 18) }, () =>
      Math.floor(3 + random.next() * 59),
    ),
  }));
  return packExamples(documents, { max_length });
}

function newTrainer(output_dir: string, save_steps: number) {
  manualSeed(7);
  const model = createModel(gpt2, 'CausalLM', {
    ...{ vocab_size: 64, n_positions: max_length, n_embd: 16, n_layer: 1, n_head: 2 },
    ...{ embd_pdrop: 0.1, attn_pdrop: 0.1, resid_pdrop: 0.1 },
  });
  return new Trainer({
    model,
    args: {
      ...{ output_dir, save_strategy: 'steps', save_steps, learning_rate: 1e-3 },
      ...{ num_train_epochs: 3, per_device_train_batch_size: 4, logging_steps: 1 },
      disable_tqdm: true,
    },
    train_dataset: packedRows(),
    data_collator: dataCollatorForPacking(paddingTokenizer, { max_length }),
  });
}

it('goes on bit for bit with packed documents in another order each epoch, dropout on', async () => {
  const whole = newTrainer(join(folder, 'whole'), 1000);
  await whole.train();
  const { max_steps } = whole.state;
  const stop = Math.floor(max_steps / 2) + 1; // within an epoch
  expect(stop % (max_steps / 3)).not.toBe(0);

  const output_dir = join(folder, 'stopped');
  await newTrainer(output_dir, stop).train();
  const resumed = newTrainer(join(folder, 'rest'), 1000);
  await resumed.train({ resume_from_checkpoint: join(output_dir, `checkpoint-${stop}`) });
  expect(await weights(resumed.model)).toEqual(await weights(whole.model));
  const losses = ({ state }: Trainer) => state.log_history.flatMap(({ loss }) => loss ?? []);
  expect(losses(resumed)).toEqual(losses(whole));
});
