import { readFileSync } from 'node:fs';
import {
  backward,
  crossEntropy,
  decodeTensors,
  GreedyDecoder,
  loadConfig,
  loadModule,
  type MBartConfig,
  MBartForConditionalGeneration,
  mbartConfig,
  mbartConfigNames,
  type Tensor,
} from '@llm/nn';
import { describe, expect, it } from 'vitest';

// Made by tools/reference/nn_mbart.py.
const folder = new URL('../fixtures/mbart/', import.meta.url);
const { tensors } = decodeTensors(readFileSync(new URL('expected.safetensors', folder)));
const { inputIds, attentionMask, decoderInputIds, labels } = tensors as Record<string, Tensor>;

const config = await loadConfig(folder);
const settings = Object.fromEntries(mbartConfigNames.map((name) => [name, config[name]]));
const model = new MBartForConditionalGeneration(settings as Partial<MBartConfig>);
await loadModule(folder, model);
model.eval();

const forward = () => model.forward(inputIds!, attentionMask!, decoderInputIds!);
const loss = (logits: Tensor) => crossEntropy(logits.reshape(-1, 61), labels!.reshape(-1));

/** The largest difference, relative to the largest value wanted where that is above 1. */
async function difference(got: Tensor, want: Tensor): Promise<number> {
  expect(got.shape).toEqual(want.shape);
  const [a, b] = [Array.from(await got.data()), Array.from(await want.data())];
  const scale = b.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0) / scale;
}

describe('mBART, held to transformers', () => {
  it('takes exactly the names that Python saved', () => {
    const saved = decodeTensors(readFileSync(new URL('model.safetensors', folder))).tensors;
    expect(Object.keys(model.stateDict()).sort()).toEqual(Object.keys(saved).sort());
  });

  it('gives its logits and loss', async () => {
    const logits = forward();
    expect(await difference(logits, tensors.logits!)).toBeLessThan(1e-4);
    expect(await difference(loss(logits), tensors.loss!)).toBeLessThan(1e-5);
  });

  it('gives its gradients', async () => {
    backward(loss(forward()));
    const parameters = new Map(model.namedParameters());
    const names = Object.keys(tensors).filter((name) => name.startsWith('gradient.'));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const { grad } = parameters.get(name.slice('gradient.'.length))!;
      expect(await difference(grad!, tensors[name]!), name).toBeLessThan(1e-4);
    }
    for (const parameter of model.parameters()) parameter.zeroGrad();
  });

  it('generates the same ids by greedy search', async () => {
    const [batch, sourceLength] = inputIds!.shape as [number, number];
    const ids = (await inputIds!.toArray()) as number[][];
    const lengths = ((await attentionMask!.toArray()) as unknown[][]).map(
      (row) => row.filter(Boolean).length,
    );
    const decoder = new GreedyDecoder(model, { batch, sourceLength, maxNewTokens: 12 });
    const generated = await decoder.generate(ids.map((row, i) => row.slice(0, lengths[i])));
    decoder.dispose();
    const want = (await tensors.generated!.toArray()) as number[][];
    expect(generated).toEqual(want.map((row) => row.filter((id) => id >= 0)));
  });

  it('attends from every target position to the tokens of the source, never to padding', async () => {
    const weights = model.crossAttention(inputIds!, attentionMask!, decoderInputIds!);
    const rows = (await weights.toArray()) as number[][][];
    const mask = (await attentionMask!.toArray()) as unknown[][];
    for (const [i, row] of rows.flatMap((each, i) => each.map((row) => [i, row] as const))) {
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      for (const [j, weight] of row.entries()) if (!mask[i]![j]) expect(weight).toBe(0);
    }
  });

  it('explains settings and inputs that it cannot take', () => {
    expect(() => mbartConfig({ activation_function: 'swish' as 'relu' })).toThrow(
      "activation_function 'swish' is not supported; known: relu, gelu, silu",
    );
    expect(() => mbartConfig({ width: 3 } as Partial<MBartConfig>)).toThrow('width');
    expect(
      () => new MBartForConditionalGeneration({ ...mbartConfig({}), d_model: 10, vocab_size: 4 }),
    ).toThrow('d_model must be a multiple of the heads: got 10 and 16');
    const long = inputIds!.reshape(1, -1).expand([1, inputIds!.size]);
    expect(() => model.forward(long, attentionMask!.reshape(1, -1), decoderInputIds!)).toThrow(
      '27 tokens are more than max_position_embeddings, 20',
    );
  });
});
