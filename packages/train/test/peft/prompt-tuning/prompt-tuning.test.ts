import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openFiles } from '@llm/hub';
import {
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  backward,
  type CausalLM,
  compile,
  crossEntropy,
  decodeTensors,
  generate,
  type ModelInputs,
  type SequenceClassification,
  type Tensor,
  tensor,
} from '@llm/nn';
import {
  adapterFiles,
  Dataset,
  getPeftModel,
  loadAdapter,
  Peft,
  type PromptTuningConfig,
  Trainer,
} from '@llm/train';
import { describe, expect, it } from 'vitest';

const folder = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

type Name = 'gpt2' | 'bert' | 'gemma3';

/** What tools/reference/train_peft_prompt.py wrote. */
const expected = JSON.parse(await readFile(folder('fixtures/expected.json'), 'utf8')) as Record<
  Name,
  {
    inputs: ModelInputs;
    logits: unknown[];
    loss: number;
    gradient: number[][];
    generated?: number[][];
  }
>;

const bases = {
  gpt2: [AutoModelForCausalLM, '../fixtures/gpt2'],
  bert: [AutoModelForSequenceClassification, '../fixtures/bert'],
  gemma3: [AutoModelForCausalLM, 'fixtures/gemma3-base'],
} as const;

async function load(name: Name): Promise<CausalLM | SequenceClassification> {
  const [Auto, place] = bases[name];
  return (await Auto.from_pretrained(folder(place))).eval();
}

const loadDecoder = async (): Promise<CausalLM> => (await load('gpt2')) as CausalLM;

/** A decoder without dropout. */
const loadSteady = (): Promise<CausalLM> =>
  AutoModelForCausalLM.from_pretrained(folder('../fixtures/gpt2'), {
    config: { resid_pdrop: 0, embd_pdrop: 0, attn_pdrop: 0 },
  });

async function logitsOf(model: { forward: (x: ModelInputs) => { logits: Tensor } }, name: Name) {
  const { labels: _, ...inputs } = expected[name].inputs;
  return Array.from(await model.forward(inputs).logits.data());
}

/** f32 rounds logits below 20 through a few layers. */
function expectNear(got: ArrayLike<number>, want: unknown[]): void {
  const flat = want.flat(3) as number[];
  expect(got.length).toBe(flat.length);
  for (const [index, value] of flat.entries()) expect(got[index]).toBeCloseTo(value, 4);
}

const greedy = { max_new_tokens: 6, eos_token_id: null, pad_token_id: 0 } as const;
const lm = { peft_type: 'PROMPT_TUNING', task_type: 'CAUSAL_LM', num_virtual_tokens: 3 } as const;
const texts = [
  [2, 5, 9, 11, 3],
  [4, 7, 1],
];

describe.each(Object.keys(expected) as Name[])("a prompt of Python's peft for %s", (name) => {
  const want = expected[name];

  it('gives its logits, loss, gradient and texts, and leaves the model as it was', async () => {
    const model = await load(name);
    const before = await logitsOf(model, name);
    const peft = new Peft(model);
    await loadAdapter(folder(`fixtures/${name}`), peft);
    const { logits, loss } = model.forward(want.inputs);
    backward(loss!);
    expectNear(await logits.data(), want.logits);
    expectNear(await loss!.data(), [want.loss]);
    const { prompt } = peft.get('default');
    expectNear(await prompt!.prompt_embeddings.grad!.data(), want.gradient);
    for (const sequence of want.generated ?? []) {
      const input_ids = [sequence.slice(0, -6)];
      const { sequences } = await generate(model as CausalLM, { input_ids }, greedy);
      expect(sequences).toEqual([sequence]);
    }
    peft.unload();
    expectNear(await logitsOf(model, name), before);
    expect([...model.namedParameters()].some(([path]) => path.includes('adapters'))).toBe(false);
  });

  it('is saved as the same tensors and settings', async () => {
    const peft = new Peft(await load(name));
    await loadAdapter(folder(`fixtures/${name}`), peft);
    const files = await adapterFiles(peft);
    const stored = async (file: Uint8Array) =>
      Promise.all(
        Object.entries(decodeTensors(file).tensors).map(async ([key, value]) => [
          key,
          await value.toArray(),
        ]),
      );
    const theirs = await readFile(folder(`fixtures/${name}/adapter_model.safetensors`));
    const ours = await stored(files['adapter_model.safetensors'] as Uint8Array);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(await stored(theirs)));
    const config = JSON.parse(files['adapter_config.json'] as string);
    const settings = JSON.parse(
      await readFile(folder(`fixtures/${name}/adapter_config.json`), 'utf8'),
    );
    // Python names heads twice.
    const { modules_to_save: heads, ...rest } = settings;
    expect(config).toMatchObject(rest);
    expect(config.modules_to_save).toEqual(heads && [...new Set(heads)]);
  });
});

describe('prompt tuning', () => {
  it('generates in a batch, in beams and with guesses as for each text alone', async () => {
    const model = await loadDecoder();
    const peft = new Peft(model);
    await loadAdapter(folder('fixtures/gpt2'), peft);
    const padded = { input_ids: [texts[0]!, [0, 0, ...texts[1]!]] };
    const attention_mask = [
      [1, 1, 1, 1, 1],
      [0, 0, 1, 1, 1],
    ];
    const together = await generate(model, { ...padded, attention_mask }, greedy);
    const alone = expected.gpt2.generated!.map((sequence) => sequence.slice(-6));
    expect(together.generated).toEqual(alone);
    const text = { input_ids: [texts[0]!] };
    const guessed = await generate(model, text, { ...greedy, prompt_lookup_num_tokens: 2 });
    expect(guessed.generated).toEqual([alone[0]]);
    const helped = await generate(model, text, { ...greedy, assistant_model: model });
    expect(helped.generated).toEqual([alone[0]]);
    const beams = { ...greedy, num_beams: 2 };
    const { sequences_scores } = await generate(model, text, beams);
    const [row] = (await generate(model, text, beams)).sequences;
    const { logits } = model.forward({ input_ids: [row!] });
    const behind = logits.slice(null, [3 + 4, 3 + 10]).reshape(6, 16);
    const labels = tensor(Int32Array.from(row!.slice(5)));
    expect(sequences_scores![0]).toBeCloseTo(-(await crossEntropy(behind, labels).item()), 4);
    // GPT-2 has 16 positions, of which the prompt takes 3.
    const most = await generate(model, text, { ...greedy, max_new_tokens: 50 });
    expect(most.sequences[0]).toHaveLength(13);
  });

  it('swaps prompts and heads, in a compiled function too, and is never merged', async () => {
    const model = await load('bert');
    const before = await logitsOf(model, 'bert');
    const peft = new Peft(model);
    await loadAdapter(folder('fixtures/bert'), peft, 'prompt');
    await loadAdapter(folder('../fixtures/lora'), peft, 'lora');
    const lora = await logitsOf(model, 'bert');
    const { labels: _, ...inputs } = expected.bert.inputs;
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([key, values]) => [
        key,
        tensor(values as number[], undefined, { dtype: 'i32' }),
      ]),
    );
    const run = compile((x: Record<string, Tensor>) => model.forward(x).logits);
    for (const name of ['prompt', 'lora', undefined, 'prompt']) {
      peft.setAdapter(name);
      const want = name === 'prompt' ? expected.bert.logits : name === 'lora' ? lora : before;
      expectNear(await (await run(tensors)).data(), want);
    }
    run.dispose();
    expect(() => peft.merge()).toThrow('a prompt is no change of weights');
    expect(() => peft.mergeAndUnload()).toThrow('a prompt is no change of weights');
    expect(peft.active).toBe('prompt');
    peft.deleteAdapter('prompt');
    expectNear(await logitsOf(model, 'bert'), before);
    peft.setAdapter('lora');
    expectNear(await logitsOf(model, 'bert'), lora);
  });

  it('begins with the words of a text, cut or repeated', async () => {
    const model = await loadDecoder();
    const peft = new Peft(model);
    const settings = {
      ...lm,
      prompt_tuning_init: 'TEXT',
      prompt_tuning_init_text: 'a b',
      tokenizer_name_or_path: 'somebody/something',
    } as const;
    const tokenizer = (text: string) => ({ input_ids: text.split(' ').map((w) => w.length + 5) });
    peft.addAdapter({ ...settings, prompt_tuning_init_text: 'a abc abcd a', tokenizer }, 'cut');
    const words = async (...ids: number[]) =>
      Promise.all(
        ids.map((id) => model.base_model.namedVariables().next().value![1].slice(id).data()),
      );
    const vectors = (name: string) => peft.get(name).prompt!.prompt_embeddings.toArray();
    expect(await vectors('cut')).toEqual((await words(6, 8, 9)).map((row) => Array.from(row)));
    peft.addAdapter({ ...settings, prompt_tuning_init_text: 'a ab', tokenizer }, 'repeated');
    expect(await vectors('repeated')).toEqual((await words(6, 7, 6)).map((row) => Array.from(row)));
    // A prompt of words is those words.
    const { logits } = model.forward({ input_ids: [texts[0]!] });
    const prompted = await logits.data();
    peft.setAdapter(undefined);
    const plain = model.forward({ input_ids: [[6, 7, 6, ...texts[0]!]] }).logits;
    expectNear(prompted, Array.from(await plain.data()));
    const files = await adapterFiles(peft, 'repeated');
    expect(JSON.parse(files['adapter_config.json'] as string)).not.toHaveProperty('tokenizer');
    const again = new Peft(await loadDecoder());
    await loadAdapter(openFiles(files), again);
    expect(again.get('default').config).toMatchObject({ prompt_tuning_init_text: 'a ab' });
    expect(() => peft.addAdapter(settings, 'none')).toThrow("'TEXT' wants tokenizer:");
  });

  it('is trained alone by Trainer, with accumulation and smoothed labels', async () => {
    const rows = texts.map((ids) => ({ input_ids: ids, labels: ids }));
    const train = async (batch: number, smoothing: number) => {
      const peft = getPeftModel(await loadSteady(), lm);
      const { prompt } = peft.get('default');
      prompt!.prompt_embeddings.assign(prompt!.prompt_embeddings.mul(0).add(0.1));
      const trained = [...peft.model.namedParameters()].filter(([, { trainable }]) => trainable);
      expect(trained.map(([path]) => path)).toEqual([
        'transformer.wte.adapters.default.prompt_embeddings',
      ]);
      const trainer = new Trainer({
        model: peft.model,
        args: {
          learning_rate: 0.05,
          max_steps: 4,
          per_device_train_batch_size: batch,
          gradient_accumulation_steps: 2 / batch,
          label_smoothing_factor: smoothing,
          lr_scheduler_type: 'constant',
          report_to: 'none',
          save_strategy: 'no',
          logging_steps: 1,
          disable_tqdm: true,
        },
        data_collator: collate,
        train_dataset: Dataset.from(rows),
      });
      await trainer.train();
      const losses = trainer.state.log_history.flatMap(({ loss }) =>
        loss === undefined ? [] : [loss],
      );
      return { losses: losses as number[], vectors: await prompt!.prompt_embeddings.data() };
    };
    const whole = await train(2, 0);
    expect(whole.losses.at(-1)!).toBeLessThan(whole.losses[0]!);
    // The first token of each text is predicted behind the prompt, and counts.
    const parts = await train(1, 0);
    expectNear(parts.losses, whole.losses);
    expectNear(parts.vectors, Array.from(whole.vectors));
    const model = await loadSteady();
    const peft = getPeftModel(model, lm);
    const { prompt } = peft.get('default');
    prompt!.prompt_embeddings.assign(prompt!.prompt_embeddings.mul(0).add(0.1));
    const { logits } = model.forward({ input_ids: collate(rows).input_ids! });
    const labels = collate(rows).labels!;
    const smoothed = crossEntropy(logits.slice(null, [2, 7]), labels, { labelSmoothing: 0.1 });
    expect((await train(2, 0.1)).losses[0]!).toBeCloseTo(await smoothed.item(), 4);
  });

  it('refuses what it cannot do, by name', async () => {
    const model = await loadDecoder();
    const make = (more: object, to: CausalLM | SequenceClassification = model) => {
      return () => new Peft(to).addAdapter({ ...lm, ...more } as PromptTuningConfig);
    };
    expect(make({ num_virtual_tokens: 0 })).toThrow('must be a whole number from 1: got 0');
    expect(make({ task_type: 'SEQ_2_SEQ_LM' })).toThrow(
      'task_type takes CAUSAL_LM, SEQ_CLS: got "SEQ_2_SEQ_LM"',
    );
    expect(make({ task_type: 'SEQ_CLS' })).toThrow('wants a SequenceClassification');
    expect(make({}, await load('bert'))).toThrow('wants a CausalLM');
    expect(make({ target_modules: ['wte'] })).toThrow("'target_modules' is not supported");
    expect(make({ prompt_tuning_init: 'WORDS' })).toThrow('takes RANDOM and TEXT: got "WORDS"');
    expect(make({ prompt_tuning_init: 'TEXT' })).toThrow('wants prompt_tuning_init_text');
    expect(make({ tokenizer_kwargs: { use_fast: true } })).toThrow("'TEXT' alone");
    expect(make({ token_dim: 9 })).toThrow('got 9, wants 8');
    expect(make({ num_transformer_submodules: 2 })).toThrow('must be 1: got 2');
    make({})();
    const run = (more: object) => () => model.forward({ input_ids: [[1, 2]], ...more });
    expect(run({ position_ids: [[0, 1]] })).toThrow('takes no position_ids');
    expect(run({ input_ids: undefined, inputs_embeds: tensor([[[1]]]) })).toThrow(
      'takes no inputs_embeds',
    );
    expect(
      run({
        attention_mask: [
          [
            [1, 0],
            [1, 1],
          ],
        ],
      }),
    ).toThrow('packed into one row');
    const files = await adapterFiles(getPeftModel(await loadDecoder(), lm));
    const peft = new Peft(await loadDecoder());
    // The second would fill the memory, were it drawn before it is compared.
    for (const count of [4, 2 ** 40]) {
      const config = JSON.stringify({ ...lm, num_virtual_tokens: count });
      const wrong = openFiles({ ...files, 'adapter_config.json': config });
      await expect(loadAdapter(wrong, peft)).rejects.toThrow(
        `prompt_embeddings: got [3,8], wants [${count},8]`,
      );
    }
    expect(peft.adapters).toEqual([]);
  });
});

/** Texts padded on the right, as tensors. */
function collate(items: readonly object[]): Record<string, Tensor> {
  const rows = items as { input_ids: number[] }[];
  const padded = (fill: number, value: (id: number) => number) => {
    const cells = rows.map(({ input_ids: ids }) =>
      Array.from({ length: 5 }, (_, i) => (i < ids.length ? value(ids[i]!) : fill)),
    );
    return tensor(cells, undefined, { dtype: 'i32' });
  };
  return {
    input_ids: padded(0, (id) => id),
    attention_mask: padded(0, () => 1),
    labels: padded(-100, (id) => id),
  };
}
