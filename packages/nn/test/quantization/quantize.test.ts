import { compile, type Tensor, tensor, Variable, zeros } from '@llm/tensor';
import { describe, expect, it } from 'vitest';
import { AutoModelForCausalLM, generate, Linear, quantize } from '../../src/index.ts';
import { Conv1D } from '../../src/models/blocks/small-layers.ts';

const settings = {
  model_type: 'llama',
  vocab_size: 67,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 32,
} as const;

/** Largest difference, over the largest size. */
function distance(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < want.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - want[i]!));
    size = Math.max(size, Math.abs(want[i]!));
  }
  return difference / size;
}

describe.each([
  ['q8', 1 / 254],
  ['q4', 1 / 15],
] as const)('%s', (scheme, bound) => {
  it('keeps each weight within half a step of its group', async () => {
    const layer = new Linear(96, 40, { bias: false });
    const before = (await layer.weight.data()).slice();
    expect(await quantize(layer, scheme)).toEqual(['weight']);
    expect(layer.weight.quantized?.bits).toBe(scheme === 'q8' ? 8 : 4);
    expect(distance(await layer.weight.data(), before)).toBeLessThanOrEqual(bound * 1.0001);
  });

  it('gives the products of the numbers that the codes stand for, and their gradient', async () => {
    const layer = new Linear(96, 40);
    await quantize(layer, scheme);
    const expanded = new Variable(tensor((await layer.weight.data()).slice(), [40, 96]));
    for (const rows of [1, 5, 30]) {
      const values = Float32Array.from({ length: rows * 96 }, (_, i) => Math.sin(i));
      const x = tensor(values, [rows, 96]);
      const want = x.matmul(expanded.permute(1, 0)).add(layer.bias!);
      expect(distance(await layer.forward(x).data(), await want.data())).toBeLessThan(1e-5);
      const input = new Variable(x);
      layer.forward(input).square().sum().backward();
      const gradient = input.grad;
      const direct = want.mul(2).matmul(expanded);
      expect(distance(await gradient!.data(), await direct.data())).toBeLessThan(1e-5);
    }
  });

  it.each([
    ['Linear', () => new Linear(96, 40)],
    ["GPT-2's Conv1D", () => new Conv1D(40, 96)],
  ] as const)('reads the codes of %s in its product, and expands no weight', async (_, make) => {
    const layer = make();
    await quantize(layer, scheme);
    const step = compile((x: Tensor) => layer.forward(x));
    const plan = await step.explain(zeros([1, 96]));
    expect(plan).toContain('quantizedLinear');
    expect(plan).not.toContain('shiftRight');
    step.dispose();
  });

  it('leaves modules out, by path or by name', async () => {
    const model = await AutoModelForCausalLM.from_config(settings);
    const names = await quantize(model, scheme, {
      modules_to_not_convert: ['lm_head', 'model.layers.0', 'q_proj'],
    });
    expect(names.some((name) => /lm_head|layers\.0|q_proj/.test(name))).toBe(false);
    expect(names).toContain('model.layers.1.self_attn.k_proj.weight');
    await expect(quantize(model, scheme, { modules_to_not_convert: ['head'] })).rejects.toThrow(
      "there is no module 'head'",
    );
  });

  it.each([true, false])('runs a decoder, tied: %s', async (tie_word_embeddings) => {
    const model = await AutoModelForCausalLM.from_config({ ...settings, tie_word_embeddings });
    model.eval();
    const names = await quantize(model, scheme);
    expect(names).toHaveLength(2 * 7 + (tie_word_embeddings ? 1 : 2));
    const input_ids = [[1, 5, 9, 33, 2]];
    const got = (await model.forward({ input_ids }).logits.data()).slice();
    const expanded = await AutoModelForCausalLM.from_config({ ...settings, tie_word_embeddings });
    expanded.eval().loadStateDict(model.stateDict());
    const want = await expanded.forward({ input_ids }).logits.data();
    expect(distance(got, want)).toBeLessThan(1e-5);
    const options = { max_new_tokens: 6, do_sample: false } as const;
    const ids = await generate(model, { input_ids }, options);
    expect(ids).toEqual(await generate(expanded, { input_ids }, options));
    expect(model.summary()).toMatch(/\d MB$/);
  });
});

describe('what a quantized weight refuses', () => {
  it('is assigned or trained no more', async () => {
    const layer = new Linear(32, 4);
    await quantize(layer, 'q8');
    expect(() => layer.weight.assign(layer.weight.detach())).toThrow('is quantized');
    expect(() => layer.requiresGrad()).toThrow('cannot be trained');
  });

  it('numbers that are not finite, and schemes that do not exist', async () => {
    const layer = new Linear(32, 1);
    layer.weight.assign(layer.weight.detach().mul(Number.POSITIVE_INFINITY));
    await expect(quantize(layer, 'q4')).rejects.toThrow('only finite weights');
    await expect(quantize(layer, 'q2' as 'q4')).rejects.toThrow('scheme');
  });
});
