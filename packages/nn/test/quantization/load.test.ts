import { type ModelSource, openFiles } from '@llm/hub';
import {
  AutoModelForCausalLM,
  AutoModelForSequenceClassification,
  BackendDevice,
  encodeTensors,
  type PreTrainedModel,
  type QuantizationScheme,
  quantize,
  type Tensor,
  zeros,
} from '@llm/nn';
import { expect, it, vi } from 'vitest';

const width = 128;
const settings = {
  llama: {
    model_type: 'llama',
    vocab_size: 3000,
    hidden_size: width,
    intermediate_size: 200,
    num_hidden_layers: 1,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 32,
    tie_word_embeddings: true,
  },
  gpt2: {
    model_type: 'gpt2',
    vocab_size: 3000,
    n_embd: width,
    n_layer: 1,
    n_head: 4,
    n_positions: 32,
  },
} as const;
const types = ['llama', 'gpt2'] as const;
const largest = 4 * 3000 * width;
const input_ids = [[1, 5, 9, 33, 2]];

const models = Object.fromEntries(
  await Promise.all(
    types.map(async (type) => [type, await AutoModelForCausalLM.from_config(settings[type])]),
  ),
) as Record<(typeof types)[number], PreTrainedModel>;

/** The files of a model with random weights. */
async function filesOf(type: keyof typeof settings, change: Record<string, Tensor> = {}) {
  const model = models[type];
  return {
    'config.json': JSON.stringify(model.config),
    'model.safetensors': await encodeTensors({ ...model.stateDict(), ...change }),
  };
}

/** A source that tells the buffers into which it reads. */
function watched(source: ModelSource, onRead: (buffer: ArrayBufferLike) => void): ModelSource {
  return {
    ...source,
    async open(name) {
      const file = await source.open!(name);
      const readInto: typeof file.readInto = (target, position) => {
        onRead(target.buffer);
        return file.readInto(target, position);
      };
      return { ...file, readInto };
    },
  };
}

/** Loads a model; tells how much of it was read, at most, and not on the device yet. */
async function load(files: Awaited<ReturnType<typeof filesOf>>, dtype: 'f32' | QuantizationScheme) {
  const held = new Set<ArrayBufferLike>();
  let peak = 0;
  const upload = vi.spyOn(BackendDevice.prototype, 'upload');
  const source = watched(openFiles(files), (buffer) => {
    if (upload.mock.calls.length > 0) held.clear();
    upload.mockClear();
    held.add(buffer);
    peak = Math.max(
      peak,
      [...held].reduce((sum, { byteLength }) => sum + byteLength, 0),
    );
  });
  const model = await AutoModelForCausalLM.from_pretrained(source, { dtype });
  upload.mockRestore();
  return { model, peak };
}

it.each(types)('%s is loaded and quantized tensor by tensor', async (type) => {
  const files = await filesOf(type);
  const plain = await load(files, 'f32');
  expect(plain.peak).toBeGreaterThanOrEqual(largest);
  expect(plain.peak).toBeLessThanOrEqual(1.01 * largest);
  for (const scheme of ['q8', 'q4'] as const) {
    const { model, peak } = await load(files, scheme);
    // The header, and rows that are quantized as they are read, about a megabyte at a time.
    expect(peak).toBeLessThanOrEqual(2 ** 20 + 8192);
    const whole = (await load(files, 'f32')).model;
    expect(await quantize(whole, scheme)).toHaveLength(type === 'llama' ? 8 : 6);
    expect(await codesOf(model)).toEqual(await codesOf(whole));
    // The products are those of the numbers that the codes stand for.
    plain.model.loadStateDict(model.stateDict());
    const [got, want] = await Promise.all(
      [model, plain.model].map((each) => each.forward({ input_ids }).logits.data()),
    );
    const size = Array.from(want!).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(got!.every((value, i) => Math.abs(value - want![i]!) < 1e-5 * size)).toBe(true);
  }
});

it.each(['q8', 'q4'] as const)(
  'Conv1D in %s has scales for parts of its columns',
  async (dtype) => {
    const { model } = await load(await filesOf('gpt2'), dtype);
    const weights = new Map(model.namedParameters());
    const { shape, quantized } = weights.get('transformer.h.0.attn.c_attn.weight')!;
    expect(shape).toEqual([width, 3 * width]);
    expect(quantized).toMatchObject({ columns: width, transposed: true });
    expect(quantized!.scales.shape).toEqual([3 * width, dtype === 'q8' ? 1 : width / 32]);
  },
);

it('a head that the checkpoint lacks stays as it is, to be trained', async () => {
  const files = await filesOf('gpt2');
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const model = await AutoModelForSequenceClassification.from_pretrained(openFiles(files), {
    dtype: 'q8',
  });
  expect(warn).toHaveBeenCalledOnce();
  warn.mockRestore();
  const trainable = Array.from(model.namedParameters()).filter(([, { quantized }]) => !quantized);
  expect(trainable.map(([name]) => name)).toContain('score.weight');
});

it('names the number that is no weight', async () => {
  const name = 'model.layers.0.mlp.up_proj.weight';
  const files = await filesOf('llama', { [name]: zeros([200, width]).add(Number.NaN) });
  await expect(load(files, 'q4')).rejects.toThrow(`${name}: quantize: element [0, 0] is NaN`);
});

async function codesOf(model: PreTrainedModel) {
  const held = Array.from(model.namedParameters()).flatMap(([name, { quantized }]) =>
    quantized ? [[name, quantized] as const] : [],
  );
  return Promise.all(
    held.map(async ([name, { codes, scales, offsets }]) => [
      name,
      ...(await Promise.all(
        [codes, scales, ...(offsets ? [offsets] : [])].map(async (part) =>
          Buffer.from(((await part.data()) as Float32Array).slice().buffer).toString('base64'),
        ),
      )),
    ]),
  );
}
