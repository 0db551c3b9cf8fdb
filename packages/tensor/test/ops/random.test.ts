import { describe, expect, it } from 'vitest';
import { fromValues } from '../../src/ops/leaf.ts';
import { bernoulli, normal, randomBits, uniform } from '../../src/ops/random.ts';
import {
  drawKey,
  hostBits,
  hostNormal,
  hostUniform,
  threefry2x32,
  type Words,
} from '../../src/ops/random-host.ts';
import { evaluate } from '../../src/reference/index.ts';

const source = { seed: 7, position: 3, draw: 1 };

describe('threefry2x32', () => {
  // The known answers of Random123 1.x (kat_vectors, threefry2x32 with 20 rounds), which JAX tests too.
  it.each<[Words, Words, Words]>([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('key %o, counter %o gives %o', (key, counter, words) => {
    expect(threefry2x32(key, counter)).toEqual(words);
  });
});

describe('random numbers', () => {
  it('are the same on the host and in the graph', () => {
    const [bits, uniforms, normals] = evaluate([
      randomBits(source, [5]),
      uniform(source, [5]),
      normal(source, [5]),
    ]);
    expect([...bits!]).toEqual([...hostBits(source, 5)]);
    expect([...uniforms!]).toEqual([...hostUniform(source, 5)]);
    hostNormal(source, 5).forEach((value, i) => {
      expect(normals![i]).toBeCloseTo(value, 6);
    });
  });

  it('do not depend on the shape, only on the position of the element', () => {
    const [flat, matrix] = evaluate([randomBits(source, [6]), randomBits(source, [2, 3])]);
    expect(flat).toEqual(matrix);
  });

  it('differ between seeds, positions and draws', () => {
    const first = (other: Partial<typeof source>) => hostBits({ ...source, ...other }, 1)[0];
    const all = [first({}), first({ seed: 8 }), first({ position: 4 }), first({ draw: 2 })];
    expect(new Set(all).size).toBe(4);
  });

  it('take seed and position from tensors', () => {
    const seed = fromValues([source.seed], [], 'u32');
    const position = fromValues([source.position], [], 'u32');
    const [ours] = evaluate([randomBits({ seed, position, draw: 1 }, [4])]);
    expect([...ours!]).toEqual([...hostBits(source, 4)]);
  });

  it('have the moments of their distributions', () => {
    // 20,000 numbers: standard errors are 0.002 (uniform mean), 0.007 (normal mean), 0.010 (variance).
    const count = 20_000;
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b) / count;
    const numbers = hostNormal(source, count);
    expect(Math.abs(mean(hostUniform(source, count)) - 0.5)).toBeLessThan(0.008);
    expect(Math.abs(mean(numbers))).toBeLessThan(0.03);
    expect(Math.abs(mean(numbers.map((x) => x * x)) - 1)).toBeLessThan(0.04);
    const [heads] = evaluate([bernoulli(source, 0.3, [count])]);
    expect(Math.abs(mean(heads!) - 0.3)).toBeLessThan(0.013);
  });

  it('refuse seeds that are no 32-bit integers and impossible probabilities', () => {
    expect(() => uniform({ ...source, seed: -1 }, [2])).toThrow(
      /seed must be an integer of 32 bits: got -1/,
    );
    const wrong = fromValues([1], [], 'i32');
    expect(() => uniform({ ...source, position: wrong }, [2])).toThrow(
      /position must be a scalar u32: got i32/,
    );
    expect(() => bernoulli(source, 1.5, [2])).toThrow(/p must be in \[0, 1\]: got 1.5/);
  });
});

it('mixes draws without collisions and keeps draw 0', () => {
  const keys = Array.from({ length: 5000 }, (_, draw) => drawKey(draw));
  expect(keys[0]).toBe(0);
  expect(new Set(keys).size).toBe(5000);
});
