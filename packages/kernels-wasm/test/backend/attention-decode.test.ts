import { scaledDotProductAttention, Tensor } from '@llm/tensor';
import { checkBackward, checkForward, graphOf, type OpCase } from '@llm/tensor/testing';
import { describe, expect, it } from 'vitest';
import { recording } from './recording-backend.ts';

const decode = (
  name: string,
  [batch, heads, keyHeads, queries, keys]: readonly [number, number, number, number, number],
  {
    position,
    mask,
    ...options
  }: Omit<NonNullable<Parameters<typeof scaledDotProductAttention>[3]>, 'attnMask' | 'offset'> & {
    position?: number;
    mask?: OpCase['inputs'][number];
  } = {},
): OpCase => ({
  name,
  inputs: [
    { shape: [batch, heads, queries, 16] },
    { shape: [batch, keyHeads, keys, 16] },
    { shape: [batch, keyHeads, keys, 12] },
    ...(position === undefined
      ? []
      : [{ shape: [], dtype: 'i32' as const, values: [position] as const }]),
    ...(mask ? [mask] : []),
  ],
  terms: 256,
  build: (nodes) => {
    const rest = nodes.map((node) => new Tensor(node));
    const [q, k, v] = rest.splice(0, 3);
    const offset = position === undefined ? undefined : rest.shift();
    const attnMask = mask && rest.shift();
    return scaledDotProductAttention(q!, k!, v!, {
      ...options,
      enableGqa: true,
      ...(offset && { offset }),
      ...(attnMask && { attnMask }),
    }).node;
  },
});

const causal = { isCausal: true };
const padded = Array.from({ length: 2 * 139 }, (_, i) => (i % 139 < 5 + (i > 139 ? 9 : 0) ? 0 : 1));
const cases: readonly OpCase[] = [
  decode('one query, all keys', [2, 4, 2, 1, 40]),
  decode('at a position', [1, 6, 2, 1, 300], { ...causal, position: 140 }),
  decode('a window', [1, 2, 2, 2, 300], { ...causal, position: 270, window: [9, 0] }),
  decode('a window over the end of a block', [1, 2, 2, 1, 300], {
    ...{ ...causal, position: 130 },
    window: [20, 0],
  }),
  decode('a window after the last key', [1, 2, 2, 2, 40], { position: 60, window: [5, 3] }),
  decode('a soft cap', [1, 4, 2, 3, 150], { ...causal, position: 100, softcap: 2, scale: 1.5 }),
  decode('left padding', [2, 4, 2, 1, 139], {
    ...{ ...causal, position: 130 },
    mask: { shape: [2, 1, 1, 139], dtype: 'bool', values: padded },
  }),
  decode('nothing but padding', [1, 1, 1, 1, 139], {
    ...{ ...causal, position: 130 },
    mask: { shape: [1, 1, 1, 139], dtype: 'bool', values: new Array<number>(139).fill(0) },
  }),
  decode('a bias of the heads', [1, 4, 4, 1, 50], {
    mask: { shape: [1, 4, 1, 50], differentiable: false },
  }),
];

describe.each([
  ['relaxed SIMD', { threads: 2, debug: true }],
  ['plain SIMD', { threads: 3, relaxedSimd: false }],
] as const)('%s', (_, options) => {
  const { names, evaluator } = recording(options);
  it.each(cases.map((test) => [test.name, test] as const))('%s', async (__, test) => {
    await checkForward(test, evaluator);
    await checkBackward(test, evaluator);
  });
  it('reached the kernel', () => expect(names).toContain('attention'));
});

it('gives the same bits on 1, 2 and 3 threads', async () => {
  const bits = [];
  for (const threads of [1, 2, 3]) {
    const { evaluator } = recording({ threads });
    const results = [];
    for (const test of cases) results.push(await evaluator(graphOf(test).outputs));
    bits.push(results.flat().map((values) => Float32Array.from(values)));
  }
  expect(bits[1]).toEqual(bits[0]);
  expect(bits[2]).toEqual(bits[0]);
});
