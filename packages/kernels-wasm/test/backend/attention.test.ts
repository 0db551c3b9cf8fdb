import { scaledDotProductAttention, Tensor } from '@llm/tensor';
import type { Spec } from '@llm/tensor/backend';
import {
  checkBackward,
  checkForward,
  gradientGraphOf,
  graphOf,
  type OpCase,
  opCases,
} from '@llm/tensor/testing';
import { describe, expect, it } from 'vitest';
import { fitsTemplates } from '../../src/kernels/attention/fits.ts';
import { fitsAttentionBackward } from '../../src/kernels/attention-backward.ts';
import { recording } from './recording-backend.ts';

const attend = (
  name: string,
  inputs: OpCase['inputs'],
  options: { isCausal?: boolean; enableGqa?: boolean } = {},
): OpCase => ({
  name,
  inputs,
  terms: 256,
  build: (nodes) => {
    const [q, k, v, attnMask] = nodes.map((node) => new Tensor(node));
    return scaledDotProductAttention(q!, k!, v!, { ...options, attnMask }).node;
  },
});

/** True but for the last keys of each sentence, of which there are more from one to the next. */
const padding = (batch: number, keys: number) =>
  Array.from({ length: batch * keys }, (_, i) =>
    (i % keys) + 7 * Math.floor(i / keys) < keys ? 1 : 0,
  );

const shape = (...sizes: number[]) => ({ shape: sizes });

/** Large enough for the kernels to be the quicker way. */
const large: readonly OpCase[] = [
  attend('causal', [shape(1, 2, 100, 32), shape(1, 2, 100, 32), shape(1, 2, 100, 32)], {
    isCausal: true,
  }),
  attend('full', [shape(1, 2, 50, 16), shape(1, 2, 75, 16), shape(1, 2, 75, 20)]),
  attend('grouped heads', [shape(1, 6, 70, 24), shape(1, 2, 70, 24), shape(1, 2, 70, 24)], {
    isCausal: true,
    enableGqa: true,
  }),
  attend('padded keys', [
    ...[shape(3, 2, 40, 32), shape(3, 2, 53, 32), shape(3, 2, 53, 32)],
    { shape: [3, 1, 1, 53], dtype: 'bool', values: padding(3, 53) },
  ]),
  attend(
    'padded keys and causality',
    [
      ...[shape(3, 2, 41, 32), shape(3, 2, 41, 32), shape(3, 2, 41, 32)],
      { shape: [3, 1, 1, 41], dtype: 'bool', values: padding(3, 41) },
    ],
    { isCausal: true },
  ),
  attend('added mask', [
    ...[shape(1, 2, 60, 32), shape(1, 2, 60, 32), shape(1, 2, 60, 32)],
    { shape: [1, 1, 60, 60], differentiable: false },
  ]),
];

/** Views that the kernels read where they lie. */
const views: readonly OpCase[] = [
  {
    name: 'one projection for queries, keys and values, heads put together again',
    inputs: [shape(2, 50, 3, 2, 16), shape(32, 8)],
    terms: 256,
    build: ([projected, weight]) => {
      const parts = new Tensor(projected!).permute(2, 0, 3, 1, 4); // [3, 2, 2, 50, 16]
      const [q, k, v] = [parts.slice(0), parts.slice(1), parts.slice(2)];
      const mixed = scaledDotProductAttention(q, k, v, { isCausal: true }); // [2, 2, 50, 16]
      return mixed.transpose(1, 2).reshape(2, 50, 32).matmul(new Tensor(weight!)).node;
    },
  },
  {
    name: 'keys and values shared by all sentences',
    inputs: [shape(3, 2, 20, 32), shape(1, 2, 60, 32), shape(1, 2, 60, 32)],
    terms: 256,
    build: (nodes) => {
      const [q, k, v] = nodes.map((node) => new Tensor(node));
      const [keys, values] = [k!.expand(3, 2, 60, 32), v!.expand(3, 2, 60, 32)];
      return scaledDotProductAttention(q!, keys, values).node;
    },
  },
];

describe.each([
  ['relaxed SIMD', { threads: 2, debug: true }],
  ['plain SIMD', { threads: 3, relaxedSimd: false }],
] as const)('%s', (_, options) => {
  it.each([...large, ...views].map((test) => [test.name, test] as const))(
    '%s',
    async (__, test) => {
      const { names, evaluator } = recording(options);
      await checkForward(test, evaluator);
      await checkBackward(test, evaluator);
      expect(names).toContain('attention');
      expect(names).toContain('attentionBackward');
    },
  );
});

describe('the operation’s cases, small ones too', () => {
  const { backend, names, evaluator } = recording({ threads: 2, debug: true });
  const supports = backend.supports.bind(backend);
  backend.supports = (operation: string, attributes: unknown, inputs: readonly Spec[]) => {
    if (operation === 'attention') return fitsTemplates(attributes as never, inputs);
    if (operation === 'attentionBackward') return fitsAttentionBackward(attributes, inputs);
    return supports(operation, attributes, inputs);
  };
  const own = opCases.filter(({ operation }) => operation === 'attention');

  it.each(own.map(({ test }) => [test.name, test] as const))('%s', async (_, test) => {
    await checkForward(test, evaluator);
    await checkBackward(test, evaluator);
  });
  it('reached the kernel', () => expect(names).toContain('attention'));
});

it('reads permuted and broadcast inputs without a copy', async () => {
  const copies: number[] = [];
  for (const test of views) {
    const { names, evaluator } = recording({ threads: 1 });
    await evaluator(graphOf(test).outputs);
    expect(names).toContain('attention');
    copies.push(names.filter((name) => name === 'copy').length);
  }
  expect(copies).toEqual([1, 0]); // the one puts the heads' outputs together
});

it('gives the same bits on 1, 2 and 3 threads', async () => {
  const bits: string[][] = [];
  for (const threads of [1, 2, 3]) {
    const { evaluator } = recording({ threads });
    const results = await Promise.all(
      large.map((test) => evaluator(gradientGraphOf(test)!.gradients)),
    );
    bits.push(
      results.flat().map((values) => Buffer.from(Float32Array.from(values).buffer).toString('hex')),
    );
  }
  expect(bits[1]).toEqual(bits[0]);
  expect(bits[2]).toEqual(bits[0]);
});
