import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFiles } from '@llm/hub';
import {
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  backward,
  compile,
  Linear,
  quantize,
  type Tensor,
  tensor,
} from '@llm/nn';
import { AdamW, adapterFiles, getPeftModel, loadAdapter, Peft, saveAdapter } from '@llm/train';
import { describe, expect, it } from 'vitest';

const folder = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** What tools/reference/train_peft.py wrote. */
const { ids, base, adapters } = JSON.parse(await readFile(folder('logits.json'), 'utf8')) as {
  ids: number[][];
  base: Record<'bert' | 'gpt2', number[][]>;
  adapters: Record<string, { model: 'bert' | 'gpt2'; logits: number[][]; merged: number[][] }>;
};

const input_ids = tensor(ids, undefined, { dtype: 'i32' });

async function load(name: 'bert' | 'gpt2') {
  const Auto = name === 'bert' ? AutoModelForSequenceClassification : AutoModelForCausalLM;
  return (await Auto.from_pretrained(folder(name))).eval();
}

type Loaded = Awaited<ReturnType<typeof load>>;

async function logits(model: Loaded): Promise<number[]> {
  const output = model.forward({ input_ids } as never) as { logits: Tensor };
  return Array.from(await output.logits.data());
}

/** Logits are below 8, and f32 rounds them through a few layers. */
function expectNear(got: readonly number[], want: unknown[]): void {
  const flat = want.flat(3) as number[];
  expect(got.length).toBe(flat.length);
  for (const [index, value] of got.entries()) expect(value).toBeCloseTo(flat[index]!, 4);
}

describe.each(Object.entries(adapters))("an adapter of Python's peft: %s", (name, want) => {
  it('gives its logits, merged and unmerged, and leaves the model as it was', async () => {
    const model = await load(want.model);
    expectNear(await logits(model), base[want.model]);
    const peft = new Peft(model);
    await loadAdapter(folder(name), peft, name);
    expectNear(await logits(model), want.logits);
    peft.merge();
    expectNear(await logits(model), want.merged);
    peft.unmerge();
    expectNear(await logits(model), want.logits);
    expectNear(await peft.withoutAdapter(() => logits(model)), base[want.model]);
    peft.unload();
    expectNear(await logits(model), base[want.model]);
    expect([...model.namedParameters()].some(([path]) => path.includes('adapters'))).toBe(false);
  });

  it('is saved as the same tensors and settings', async () => {
    const model = await load(want.model);
    const peft = new Peft(model);
    await loadAdapter(folder(name), peft);
    const files = await adapterFiles(peft);
    const again = new Peft(await load(want.model));
    await loadAdapter(openFiles(files), again);
    expectNear(await logits(again.model), want.logits);
    const theirs = await readFile(join(folder(name), 'adapter_model.safetensors'));
    expect(namesIn(files['adapter_model.safetensors'] as Uint8Array)).toEqual(namesIn(theirs));
    const config = JSON.parse(files['adapter_config.json'] as string);
    const wanted = JSON.parse(await readFile(join(folder(name), 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject(wanted);
  });
});

/** Names and shapes in a safetensors file. */
function namesIn(file: Uint8Array): unknown {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  return Object.fromEntries(
    Object.entries(header as Record<string, { shape: number[] }>)
      .filter(([key]) => key !== '__metadata__')
      .map(([key, { shape }]) => [key, shape])
      .sort(),
  );
}

describe('Peft', () => {
  const lora = {
    peft_type: 'LORA',
    r: 2,
    target_modules: ['query', 'value'],
    task_type: 'SEQ_CLS',
  } as const;

  it('swaps adapters and their heads, in a compiled function too', async () => {
    const model = await load('bert');
    const peft = new Peft(model);
    await loadAdapter(folder('lora'), peft, 'lora');
    await loadAdapter(folder('ia3'), peft, 'ia3');
    const run = compile(
      (x: Tensor) => (model.forward({ input_ids: x } as never) as { logits: Tensor }).logits,
    );
    for (const name of ['ia3', 'lora', undefined, 'ia3']) {
      peft.setAdapter(name);
      const want = name === undefined ? base.bert : adapters[name]!.logits;
      expectNear(Array.from(await (await run(input_ids)).data()), want);
    }
    run.dispose();
    expect(peft.adapters).toEqual(['lora', 'ia3']);
    expect(peft.mergeAndUnload()).toBe(model);
    expectNear(await logits(model), adapters.ia3!.merged);
  });

  it('starts without effect, trains the adapter and head alone, and lowers the loss', async () => {
    const model = await load('bert');
    const before = await logits(model);
    const peft = getPeftModel(model, lora);
    expectNear(await logits(model), before);
    const trainable = [...model.namedParameters()].filter(([, p]) => p.trainable);
    expect(trainable.map(([name]) => name.replace(/.*(adapters|classifier)/, '$1'))).toEqual([
      'adapters.default.lora_A',
      'adapters.default.lora_B',
      'adapters.default.lora_A',
      'adapters.default.lora_B',
      'classifier.weight',
      'classifier.bias',
    ]);
    const parameters = trainable.map(([, parameter]) => parameter);
    const optimizer = new AdamW(parameters, { lr: 0.05 });
    const labels = tensor([0, 2], undefined, { dtype: 'i32' });
    const step = compile((x: Tensor, y: Tensor) => {
      const { loss } = model.forward({ input_ids: x, labels: y } as never) as { loss: Tensor };
      backward(loss);
      optimizer.step();
      optimizer.zeroGrad();
      return loss;
    });
    const losses: number[] = [];
    for (let i = 0; i < 12; i++) losses.push(await (await step(input_ids, labels)).item());
    step.dispose();
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    const trained = await logits(model);
    peft.unload();
    expectNear(await logits(model), before);
    expect(trained).not.toEqual(before);
  });

  it('trains beside quantized weights, and does not merge into them', async () => {
    const model = await load('bert');
    await quantize(model, 'q8');
    expect(() => getPeftModel(model, lora)).toThrow('classifier.weight is quantized');
    const peft = getPeftModel(model, { ...lora, task_type: null });
    const labels = tensor([0, 2], undefined, { dtype: 'i32' });
    const { loss } = model.forward({ input_ids, labels } as never) as { loss: Tensor };
    backward(loss);
    const parameters = [...model.namedParameters()].filter(([name]) => name.endsWith('lora_B'));
    const gradients = await Promise.all(parameters.map(([, { grad }]) => grad!.data()));
    expect(gradients.map((values) => values.some((value) => value !== 0))).toEqual([true, true]);
    expect(() => peft.merge()).toThrow('has no float weight to merge with');
  });

  it('saves into a folder and loads from it', async () => {
    const place = await mkdtemp(join(tmpdir(), 'peft-'));
    try {
      const peft = new Peft(await load('gpt2'));
      await loadAdapter(folder('rslora'), peft);
      await saveAdapter(place, peft);
      const again = new Peft(await load('gpt2'));
      await loadAdapter(place, again);
      expectNear(await logits(again.model), adapters.rslora!.logits);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  it('takes the usual layers of a family where none are named', async () => {
    const targets = async (name: 'bert' | 'gpt2', peft_type: 'LORA' | 'IA3') =>
      JSON.parse(
        (await adapterFiles(getPeftModel(await load(name), { peft_type })))[
          'adapter_config.json'
        ] as string,
      );
    expect(await targets('bert', 'LORA')).toMatchObject({ target_modules: ['query', 'value'] });
    expect(await targets('gpt2', 'LORA')).toMatchObject({ target_modules: ['c_attn'] });
    expect(await targets('gpt2', 'IA3')).toMatchObject({
      target_modules: ['c_attn', 'mlp.c_proj'],
      feedforward_modules: ['mlp.c_proj'],
    });
    const phi3 = await AutoModelForCausalLM.from_config({
      model_type: 'phi3',
      vocab_size: 8,
      hidden_size: 8,
      intermediate_size: 8,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      pad_token_id: 0,
    });
    expect(() => getPeftModel(phi3, { peft_type: 'LORA' })).toThrow(
      /phi3 has no usual target_modules for LORA/,
    );
    expect(() => getPeftModel(new Linear(2, 2), { peft_type: 'IA3' })).toThrow(
      /Linear has no usual/,
    );
  });

  it('trains and saves the normalizations named, and nothing else, with LN_TUNING', async () => {
    const model = await load('gpt2');
    const before = await logits(model);
    const peft = getPeftModel(model, { peft_type: 'LN_TUNING' });
    expectNear(await logits(model), before);
    const trained = [...model.namedParameters()].filter(([, p]) => p.trainable);
    const ends = ['ln_1.weight', 'ln_1.bias', 'ln_2.weight', 'ln_2.bias'];
    const blocks = ends.map((end) => `transformer.h.0.${end}`);
    expect(trained.map(([name]) => name).sort()).toEqual(
      [...blocks, 'transformer.ln_f.weight', 'transformer.ln_f.bias'].sort(),
    );
    for (const [, parameter] of trained) parameter.assign(parameter.mul(2));
    const doubled = await logits(model);
    expect(doubled).not.toEqual(before);
    peft.addAdapter({ peft_type: 'LN_TUNING' }, 'other');
    expectNear(await logits(model), before);
    peft.setAdapter('default');
    expectNear(await logits(model), doubled);
    const files = await adapterFiles(peft);
    expect(
      Object.keys(namesIn(files['adapter_model.safetensors'] as Uint8Array) as object),
    ).toEqual(
      trained
        .map(([name]) => `base_model.model.${name.replace(/(.*)\./, '$1.ln_tuning_layers.')}`)
        .sort(),
    );
    const make = (target_modules: string[] | string) => () =>
      peft.addAdapter({ peft_type: 'LN_TUNING', target_modules }, 'third');
    expect(make('all-linear')).toThrow('wants names of normalizations or a pattern of them');
    expect(make(['drop'])).toThrow('no layer of');
    peft.unload();
    expectNear(await logits(model), before);
  });

  it('trains and saves all modules whose names end as those named, as PEFT does', async () => {
    const model = await AutoModelForSequenceClassification.from_config({
      model_type: 'distilbert',
      vocab_size: 8,
      dim: 8,
      hidden_dim: 8,
      n_layers: 1,
      n_heads: 2,
    });
    const peft = getPeftModel(model, { ...lora, target_modules: ['q_lin'] });
    expect([...peft.get('default').saved.keys()].sort()).toEqual([
      'classifier.bias',
      'classifier.weight',
      'pre_classifier.bias',
      'pre_classifier.weight',
    ]);
  });

  it('keeps the active adapter when another one cannot be added', async () => {
    const peft = getPeftModel(await load('bert'), lora);
    const wrong = { peft_type: 'P_TUNING', num_virtual_tokens: 4 } as never;
    expect(() => peft.addAdapter(wrong, 'other')).toThrow('peft_type takes LORA, IA3');
    expect(peft.active).toBe('default');
    expect(peft.adapters).toEqual(['default']);
  });

  it('names what does not fit', async () => {
    const model = await load('bert');
    const make = (more: object) => () => new Peft(model).addAdapter({ ...lora, ...more } as never);
    expect(make({ target_modules: ['q_proj'] })).toThrow('linear layers are bert.encoder.layer.0');
    expect(make({ target_modules: ['LayerNorm'] })).toThrow('is no linear layer');
    expect(make({ peft_type: 'VERA' })).toThrow(/peft_type takes LORA, IA3, .*: got "VERA"/);
    expect(make({ use_qalora: true })).toThrow("'use_qalora' is not supported");
    expect(make({ r: 0 })).toThrow('must be a whole number from 1: got 0');
    expect(make({ init_lora_weights: 'pissa' })).toThrow('takes true and false: got "pissa"');
    const peft = new Peft(model);
    expect(() => peft.setAdapter('x')).toThrow("there is no adapter 'x'; adapters are none");
    expect(() => peft.addAdapter(lora, 'a.b')).toThrow("got 'a.b'");
    expect(() => peft.merge()).toThrow('wants an active adapter');
    await expect(loadAdapter(folder('rslora'), peft)).rejects.toThrow('no layer of');
    const files = await adapterFiles(getPeftModel(await load('bert'), { ...lora, r: 3 }));
    const config = JSON.stringify({ ...lora, r: 2 });
    const mixed = openFiles({ ...files, 'adapter_config.json': config });
    await expect(loadAdapter(mixed, peft)).rejects.toThrow('lora_A.weight: got [3,8], wants [2,8]');
    expect(peft.adapters).toEqual([]);
    const slow = JSON.stringify({ ...lora, target_modules: '(a+)+$' });
    const hostile = openFiles({ ...files, 'adapter_config.json': slow });
    await expect(loadAdapter(hostile, peft)).rejects.toThrow('names and patterns of modules');
    for (const r of [1e6, 1e9]) {
      const large = openFiles({ ...files, 'adapter_config.json': JSON.stringify({ ...lora, r }) });
      await expect(loadAdapter(large, peft)).rejects.toThrow(
        `lora_A.weight: got [3,8], wants [${r},8]`,
      );
    }
    // Nothing of that size waits to be computed with what is next.
    expect(await logits(model)).toHaveLength(base.bert!.flat().length);
  });
});
