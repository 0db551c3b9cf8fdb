import {
  activationOf,
  alibiBias,
  alibiSlopes,
  causalMask,
  Dropout,
  Embedding,
  GELU,
  LearnedPositions,
  Linear,
  manualSeed,
  ones,
  ReLU,
  RMSNorm,
  Sequential,
  SinusoidalPositions,
  scaledDotProductAttention,
  tensor,
  zeros,
} from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../support/values.ts';

describe('RMSNorm', () => {
  it('scales rows to mean square 1, then by the weight', () => {
    const norm = new RMSNorm(2);
    norm.weight!.assign(tensor([1, 2]));
    const [x, y] = valuesOf(norm.forward(tensor([3, 4])));
    expect(x).toBeCloseTo(3 / Math.sqrt(12.5), 6);
    expect(y).toBeCloseTo(8 / Math.sqrt(12.5), 6);
    expect(Object.keys(new RMSNorm(2, { elementwise_affine: false }).stateDict())).toEqual([]);
  });
});

describe('Dropout', () => {
  it('zeroes about its share and keeps the mean, in training only', () => {
    manualSeed(1);
    const layer = new Dropout(0.25);
    const values = valuesOf(layer.forward(ones([10_000])));
    const kept = values.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]));
    expect(Math.abs(kept.length - 7500)).toBeLessThan(220); // five deviations
    const x = ones([3]);
    expect(layer.eval().forward(x)).toBe(x);
  });

  it('refuses a share outside [0, 1]', () => {
    expect(() => new Dropout(1.5)).toThrow('p must be in [0, 1]: got 1.5');
  });
});

describe('positions', () => {
  it('are sines and cosines of falling frequency', () => {
    const values = valuesOf(new SinusoidalPositions(3, 4).forward(zeros([1, 2, 4]), 1));
    const want = [1, 2].flatMap((t) => [
      Math.sin(t),
      Math.cos(t),
      Math.sin(t / 100),
      Math.cos(t / 100),
    ]);
    want.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 6);
    });
  });

  it('come in halves where asked', () => {
    const layer = new SinusoidalPositions(2, 4, { layout: 'halves' });
    const values = valuesOf(layer.forward(zeros([1, 4]), 1));
    [Math.sin(1), Math.sin(0.01), Math.cos(1), Math.cos(0.01)].forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 6);
    });
  });

  it('are learned rows from an offset, within bounds', () => {
    const layer = new LearnedPositions(3, 2);
    layer.weight.assign(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    );
    expect([...valuesOf(layer.forward(ones([2, 2]), 1))]).toEqual([4, 5, 6, 7]);
    expect(() => layer.forward(ones([2, 2]), 2)).toThrow(
      'holds positions 0 to 2: got [2, 2] at offset 2',
    );
  });
});

describe('ALiBi', () => {
  it('has the slopes that BLOOM has', () => {
    // build_alibi_tensor of transformers 4.56 for 4, 6 and 12 heads, up to rounding of the last ones
    expect([...alibiSlopes(4)]).toEqual([0.25, 0.0625, 0.015625, 0.00390625]);
    expect([...alibiSlopes(6)]).toEqual([0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125]);
    const wanted = [0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625];
    const between = [Math.SQRT1_2, Math.SQRT1_2 / 2, Math.SQRT1_2 / 4, Math.SQRT1_2 / 8];
    expect([...alibiSlopes(12)]).toEqual([...wanted, ...between.map(Math.fround)]);
    expect(() => alibiSlopes(0)).toThrow('from 1: got 0');
  });

  it('grows with the distance, the last query at the last key', () => {
    const bias = alibiBias(2, 2, 3);
    expect(bias.shape).toEqual([2, 2, 3]);
    const [near, far] = [2 ** -4, 2 ** -8];
    expect([...valuesOf(bias)].map(Math.abs)).toEqual([
      near, 0, near, 2 * near, near, 0, far, 0, far, 2 * far, far, 0,
    ]); // biome-ignore format: one head a line
    expect(valuesOf(bias).every((value) => value <= 0)).toBe(true);
  });
});

describe('small things', () => {
  it('Sequential applies its layers in order, under their numbers', () => {
    const model = new Sequential(new Linear(2, 1, { bias: false }), new ReLU());
    expect(Object.keys(model.stateDict())).toEqual(['0.weight']);
    model.loadStateDict({ '0.weight': tensor([[1, -1]]) });
    expect([
      ...valuesOf(
        model.forward(
          tensor([
            [1, 2],
            [5, 2],
          ]),
        ),
      ),
    ]).toEqual([0, 3]);
  });

  it('activations are found by name, and unknown ones refused', () => {
    expect(valuesOf(activationOf('gelu_new')(tensor([1])))).toEqual(
      valuesOf(new GELU({ approximate: 'tanh' }).forward(tensor([1]))),
    );
    expect(() => activationOf('swishy' as never)).toThrow("unknown 'swishy'; known are relu");
    expect(() => activationOf('constructor' as never)).toThrow("unknown 'constructor'");
  });

  it('Embedding takes a padding index from the end, within bounds', () => {
    const layer = new Embedding(3, 2, { padding_idx: -1 });
    expect([...valuesOf(layer.forward(tensor(new Int32Array([2]))))]).toEqual([0, 0]);
    expect(() => new Embedding(3, 2, { padding_idx: 3 })).toThrow('got 3, wants -3 to 2');
  });

  it('causalMask forbids what comes later', () => {
    expect([...valuesOf(causalMask(2, 3))]).toEqual([0, 1, 1, 0, 0, 1]);
  });

  it('attention shares heads only where asked', () => {
    const [q, kv] = [ones([1, 4, 2, 3]), ones([1, 2, 2, 3])];
    expect(() => scaledDotProductAttention(q, kv, kv)).toThrow('set enableGqa');
    const shared = scaledDotProductAttention(q, kv, kv, { enableGqa: true });
    expect(new Set(valuesOf(shared))).toEqual(new Set([1]));
  });
});
