import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFiles } from '@llm/hub';
import {
  AutoModelForSequenceClassification,
  backward,
  compile,
  decodeTensors,
  manualSeed,
  type SequenceClassification,
  type Tensor,
  tensor,
} from '@llm/nn';
import {
  type AdaLoraConfig,
  adapterFiles,
  Dataset,
  getPeftModel,
  loadAdapter,
  Peft,
  SGD,
  stepPartOf,
  Trainer,
} from '@llm/train';
import { expect, it } from 'vitest';

const folder = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

type RankPattern = Record<string, boolean[]>;

/** What tools/reference/train_peft_adalora.py wrote. */
const expected = JSON.parse(await readFile(folder('fixtures/expected.json'), 'utf8')) as {
  ids: number[][];
  labels: number[];
  rate: number;
  clip: number;
  steps: { loss: number; ranks: RankPattern | null }[];
  logits: number[][];
  merged: number[][];
};

const inputs = {
  input_ids: tensor(expected.ids, undefined, { dtype: 'i32' }),
  labels: tensor(expected.labels, undefined, { dtype: 'i32' }),
};

/** Without dropout, so that batches may be cut in parts. */
const load = (): Promise<SequenceClassification> =>
  AutoModelForSequenceClassification.from_pretrained(folder('../fixtures/bert'), {
    config: { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 },
  });

async function loadWith(name: 'start' | 'trained'): Promise<Peft<SequenceClassification>> {
  const peft = new Peft((await load()).eval());
  await loadAdapter(folder(`fixtures/${name}`), peft);
  return peft;
}

async function logits(peft: Peft<SequenceClassification>): Promise<number[]> {
  return Array.from(await peft.model.forward({ input_ids: inputs.input_ids }).logits.data());
}

/** Logits are below 8, and f32 rounds them through a few layers and steps. */
function expectNear(got: readonly number[], want: readonly number[][]): void {
  expect(got.length).toBe(want.flat().length);
  for (const [index, value] of got.entries()) expect(value).toBeCloseTo(want.flat()[index]!, 4);
}

async function savedConfig(peft: Peft): Promise<AdaLoraConfig> {
  return JSON.parse((await adapterFiles(peft))['adapter_config.json'] as string);
}

it("trains as Python's peft: losses, and the ranks that each step keeps", async () => {
  const peft = await loadWith('start');
  const { model } = peft;
  expect((await savedConfig(peft)).rank_pattern).toBeNull();
  const trained = model.parameters().filter(({ trainable }) => trainable);
  const optimizer = new SGD(trained, { lr: expected.rate, max_grad_norm: expected.clip });
  const part = stepPartOf(model)!;
  const step = compile((batch: typeof inputs) => {
    const loss = model.forward(batch).loss!.add(part.loss());
    backward(loss);
    part.afterStep(optimizer, optimizer.step());
    optimizer.zeroGrad();
    return loss;
  });
  for (const [index, { loss, ranks }] of expected.steps.entries()) {
    part.beforeStep(index);
    expect(await (await step(inputs)).item()).toBeCloseTo(loss, 4);
    // What stays between choices, every second step, need not be written each time.
    const isChosen = index % 2 === 0 || index === expected.steps.length - 1;
    if (index > 2 && isChosen) expect((await savedConfig(peft)).rank_pattern).toEqual(ranks);
  }
  step.dispose();
  expectNear(await logits(peft), expected.logits);
});

it("loads an adapter of Python's peft, merges it, and saves the same tensors and settings", async () => {
  const peft = await loadWith('trained');
  expectNear(await logits(peft), expected.logits);
  peft.merge();
  expectNear(await logits(peft), expected.merged);
  peft.unmerge();
  const files = await adapterFiles(peft);
  const again = new Peft((await load()).eval());
  await loadAdapter(openFiles(files), again);
  expect(await logits(again)).toEqual(await logits(peft));
  const read = (name: string) => readFile(folder(`fixtures/trained/${name}`));
  expect(JSON.parse(files['adapter_config.json'] as string)).toMatchObject(
    JSON.parse((await read('adapter_config.json')).toString()),
  );
  const values = async (file: Uint8Array) => {
    const tensors = Object.entries(decodeTensors(file).tensors).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    return Promise.all(
      tensors.map(async ([name, each]) => [name, each.shape, Array.from(await each.data())]),
    );
  };
  expect(await values(files['adapter_model.safetensors'] as Uint8Array)).toEqual(
    await values(await read('adapter_model.safetensors')),
  );
});

it('is trained by Trainer down to its budget, and goes on from a checkpoint exactly', async () => {
  const place = await mkdtemp(join(tmpdir(), 'adalora-'));
  const config = {
    peft_type: 'ADALORA',
    task_type: 'SEQ_CLS',
    init_r: 3,
    target_r: 1,
    tinit: 1,
    tfinal: 2,
    total_step: 6,
  } as const;
  const rows = expected.ids.map((ids, i) => ({ input_ids: ids, labels: expected.labels[i]! }));
  const train = async (batch: number, resume?: string) => {
    manualSeed(3);
    const peft = getPeftModel(await load(), config);
    const trainer = new Trainer({
      model: peft.model,
      args: {
        output_dir: place,
        learning_rate: 0.05,
        max_steps: 6,
        per_device_train_batch_size: batch,
        gradient_accumulation_steps: 2 / batch,
        report_to: 'none',
        save_strategy: batch === 2 && !resume ? 'steps' : 'no',
        save_steps: 3,
        logging_steps: 1,
        disable_tqdm: true,
      },
      data_collator: (items) => ({
        input_ids: tensor(
          items.map(({ input_ids }) => input_ids as number[]),
          undefined,
          {
            dtype: 'i32',
          },
        ),
        labels: tensor(
          items.map(({ labels }) => labels as number),
          undefined,
          { dtype: 'i32' },
        ),
      }),
      train_dataset: Dataset.from(rows),
    });
    await trainer.train(resume ? { resume_from_checkpoint: resume } : {});
    const state = Object.entries(peft.model.stateDict() as Record<string, Tensor>);
    return {
      pattern: (await savedConfig(peft)).rank_pattern!,
      firstLoss: trainer.state.log_history.find(({ loss }) => loss !== undefined)!.loss as number,
      values: await Promise.all(state.map(async ([name, each]) => [name, await each.data()])),
    };
  };
  try {
    const whole = await train(2);
    expect(Object.values(whole.pattern).flat().filter(Boolean).length).toBe(2);
    expect(whole.values.filter(([name]) => /sensitivity$/.test(name as string)).length).toBe(6);
    const resumed = await train(2, join(place, 'checkpoint-3'));
    expect(resumed.values).toEqual(whole.values);
    // The mean over batches that are added up has the orthogonal part once.
    const parts = await train(1);
    expect(parts.firstLoss).toBeCloseTo(whole.firstLoss, 4);
  } finally {
    await rm(place, { recursive: true });
  }
});

it('names settings and files that do not fit', async () => {
  const model = await load();
  const make = (more: object) => () =>
    getPeftModel(model, { peft_type: 'ADALORA', total_step: 9, ...more } as AdaLoraConfig);
  expect(make({ total_step: undefined })).toThrow('total_step must be a whole number from 1');
  expect(make({ target_r: 13 })).toThrow('target_r must be at most init_r, 12: got 13');
  expect(make({ tinit: 5, tfinal: 4 })).toThrow('no steps are left to drop ranks in');
  expect(make({ beta1: 1 })).toThrow('beta1 must be above 0 and below 1: got 1');
  expect(make({ orth_reg_weight: 0 })).toThrow('orth_reg_weight must be above 0: got 0');
  expect(make({ r: 4 })).toThrow('r is not used: got 4; set init_r and target_r');
  expect(make({ use_dora: true })).toThrow("'use_dora' is not supported");
  expect(make({ rank_pattern: { x: [true] } })).toThrow('rank_pattern wants 12 times');
  const peft = await loadWith('trained');
  const files = await adapterFiles(peft);
  const settings = await savedConfig(peft);
  const loadPattern = (rank_pattern: unknown) =>
    loadAdapter(
      openFiles({
        ...files,
        'adapter_config.json': JSON.stringify({ ...settings, rank_pattern }),
      }),
      new Peft(model),
    );
  await expect(loadPattern(null)).rejects.toThrow(/query\.lora_A: got \[2,8\], wants \[4,8\]/);
  const more = { ...settings.rank_pattern, 'x.lora_E': [true, true, true, true] };
  await expect(loadPattern(more)).rejects.toThrow('names x.lora_E, which is no layer');
  expect(stepPartOf(model)).toBeUndefined();
  peft.setAdapter(undefined);
  expect(stepPartOf(peft.model)).toBeUndefined();
});
