/**
 * Counter-based random numbers. Element `i` of a draw is Threefry(key, counter i), where the key is made
 * from the seed, the position of the stream and the number of the draw in the call: no state is carried
 * along, a draw can be repeated anywhere (a dropout mask in the backward pass), and every backend gives the
 * same bits.
 *
 * @module
 */
import { apply, type Node, type Op } from '../graph.ts';
import { checkShape, format, type Shape, sameShape, sizeOf } from '../shape.ts';
import { add, cos, log, mul, sqrt, sub } from './arithmetic.ts';
import { expand } from './broadcast.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import type { Operand } from './elementwise.ts';
import { fill, indices } from './leaf.ts';
import { less, shiftRight, xor } from './logic.ts';
import { reshape } from './movement.ts';
import { drawKey } from './random-host.ts';

/** First word of Threefry 2×32-20 with key (seed, position) and counter (0, index); all u32 and of one shape. */
export const threefryOp: Op<undefined> = {
  name: 'threefry',
  kind: 'elementwise',
  infer: (inputs) => {
    const [seed] = inputs;
    for (const { shape, dtype } of inputs) {
      if (dtype !== 'u32' || !sameShape(shape, seed!.shape)) {
        throw new TypeError(
          `threefry: wants three u32 of one shape: got ${inputs.map((input) => `${input.dtype} ${format(input.shape)}`).join(', ')}`,
        );
      }
    }
    return { shape: seed!.shape, dtype: 'u32' };
  },
};

/** Which random numbers: the same source gives the same ones. */
export interface RandomSource {
  /** Scalar u32; a JavaScript number is a constant of the plan. */
  readonly seed: Node | number;
  /** Scalar u32: how far the stream has come, advanced once per call. */
  readonly position: Node | number;
  /** Number of the draw in the call; two draws with one number are equal. */
  readonly draw: number;
}

/** 32 random bits per element, as u32. */
export function randomBits(source: RandomSource, shape: Shape): Node {
  return bitsFrom(source, checkShape(shape, 'randomBits'), 0);
}

/** Numbers in [0, 1): multiples of 2⁻²⁴, so the same on every backend. */
export function uniform(source: RandomSource, shape: Shape): Node {
  return toUnit(bitsFrom(source, checkShape(shape, 'uniform'), 0));
}

/** Standard normal numbers, by Box and Muller's transform of two uniform ones. */
export function normal(source: RandomSource, shape: Shape): Node {
  checkShape(shape, 'normal');
  const radius = sqrt(mul(log(sub(1, toUnit(bitsFrom(source, shape, 0)))), -2));
  const angle = mul(toUnit(bitsFrom(source, shape, sizeOf(shape))), 2 * Math.PI);
  return mul(radius, cos(angle));
}

/** True with probability `p` (a number or a tensor that broadcasts to `shape`). */
export function bernoulli(source: RandomSource, p: Operand, shape: Shape): Node {
  if (typeof p === 'number') checkProbability('bernoulli', p);
  return less(uniform(source, shape), p);
}

/** Throws unless 0 ≤ p ≤ 1. */
export function checkProbability(operation: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${operation}: p must be in [0, 1]: got ${p}`);
}

/** Bits of the counters `start`, `start` + 1, …. */
function bitsFrom({ seed, position, draw }: RandomSource, shape: Shape, start: number): Node {
  const key = xor(word('seed', seed), drawKey(draw));
  const index = cast(reshape(indices(sizeOf(shape)), shape), 'u32');
  const counter = start === 0 ? index : add(index, start);
  const inputs = [expand(key, shape), expand(word('position', position), shape), counter];
  return apply(threefryOp, inputs, undefined);
}

function word(name: string, value: Node | number): Node {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new RangeError(`random: ${name} must be an integer of 32 bits: got ${value}`);
    }
    return fill([], value, 'u32');
  }
  if (value.dtype !== 'u32' || sizeOf(value.shape) !== 1) {
    throw new TypeError(
      `random: ${name} must be a scalar u32: got ${value.dtype} ${format(value.shape)}`,
    );
  }
  return reshape(value, []);
}

function toUnit(bits: Node): Node {
  return mul(cast(shiftRight(bits, 8), 'f32'), 2 ** -24);
}

const source: RandomSource = { seed: 42, position: 7, draw: 3 };

/** Test cases of the random numbers. */
export const cases: readonly OpCase[] = [
  { name: 'bits', inputs: [], exact: true, build: () => randomBits(source, [3, 5]) },
  { name: 'uniform', inputs: [], exact: true, build: () => uniform(source, [129]) },
  { name: 'normal', inputs: [], terms: 4, build: () => normal(source, [2, 33]) },
  { name: 'bernoulli', inputs: [], exact: true, build: () => bernoulli(source, 0.3, [65]) },
  {
    name: 'seed and position on the device',
    inputs: [
      { shape: [], dtype: 'u32', values: [0xdeadbeef] },
      { shape: [1], dtype: 'u32', values: [4000000000] },
    ],
    exact: true,
    build: ([seed, position]) => uniform({ seed: seed!, position: position!, draw: 0 }, [7]),
  },
  { name: 'nothing', inputs: [], build: () => uniform(source, [0, 3]) },
];
