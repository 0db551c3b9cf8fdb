import { MultiHeadAttention, type MultiHeadAttentionOptions, type Tensor } from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { checkCase } from '../support/check-case.ts';
import { readCases } from '../support/fixture.ts';
import { expectClose } from '../support/values.ts';

const cases = readCases('attention');
const options: Record<string, MultiHeadAttentionOptions> = {
  'boolean mask': { batch_first: true },
  'mask per head and padding': { batch_first: true },
  'other widths': { kdim: 4, vdim: 6 },
  'no bias': { bias: false },
  self: { batch_first: true },
};

function callWith(extra: Record<string, unknown>) {
  return (module: MultiHeadAttention, inputs: Record<string, Tensor>): readonly Tensor[] => {
    const { query, key, value, x, ...masks } = inputs;
    const [output, weights] = module.forward(query ?? x!, key ?? x!, value ?? x!, {
      ...masks,
      ...extra,
    });
    return weights ? [output, weights] : [output];
  };
}

describe('MultiHeadAttention equals PyTorch, forward and backward', () => {
  it.each(Object.keys(cases))('%s', (name) => {
    const module = new MultiHeadAttention(8, 2, options[name]);
    const perHead = name === 'weights per head';
    return checkCase(
      cases[name]!,
      module,
      callWith(perHead ? { average_attn_weights: false } : {}),
    );
  });

  it.each(Object.keys(cases))('%s, without weights', (name) => {
    const module = new MultiHeadAttention(8, 2, options[name]);
    const { output, ...rest } = cases[name]!;
    return checkCase(
      { ...rest, output: { 0: output[0]! } },
      module,
      callWith({ need_weights: false }),
    );
  });
});

describe('MultiHeadAttention', () => {
  const inputs = cases.self!.input;

  it('is_causal equals the causal mask, with and without weights', () => {
    const module = new MultiHeadAttention(8, 2, { batch_first: true });
    const x = inputs.x!;
    const [want] = module.forward(x, x, x, { attn_mask: inputs.attn_mask! });
    const [weighed] = module.forward(x, x, x, { is_causal: true });
    const [fused] = module.forward(x, x, x, { is_causal: true, need_weights: false });
    expectClose(weighed, want, 'with weights');
    expectClose(fused, want, 'without weights');
  });

  it('gives uniform weights where every key is masked', () => {
    const module = new MultiHeadAttention(8, 2, { batch_first: true });
    const x = inputs.x!;
    const all = x.slice(null, null, 0).mul(0).eq(0); // [batch, keys], all true
    const [output, weights] = module.forward(x, x, x, { key_padding_mask: all });
    const [fused] = module.forward(x, x, x, { key_padding_mask: all, need_weights: false });
    expectClose(weights, weights.mul(0).add(1 / 5), 'weights');
    expectClose(fused, output, 'output');
  });

  it('refuses masks of another shape or dtype, heads that do not divide, unknown options', () => {
    const module = new MultiHeadAttention(8, 2, { batch_first: true });
    const x = inputs.x!;
    expect(() => module.forward(x, x, x, { key_padding_mask: inputs.attn_mask! })).toThrow(
      'key_padding_mask has shape [5, 5], wants [2, 5]',
    );
    expect(() => module.forward(x, x, x, { attn_mask: inputs.attn_mask!.to('i32') })).toThrow(
      "attn_mask must hold bools or floats: got i32; cast with .to('bool')",
    );
    expect(() => new MultiHeadAttention(8, 3)).toThrow('got 3 heads for width 8');
    expect(() => new MultiHeadAttention(8, 2, { add_zero_attn: true } as object)).toThrow(
      "unknown option 'add_zero_attn'",
    );
  });
});
