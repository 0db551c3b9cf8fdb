import type { Instruction, LoopKernel } from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { matchGelu } from '../../src/print/gelu-pattern.ts';
import { printLoop } from '../../src/print/print-loop.ts';
import { hasRelaxedSimd } from '../../src/wasm/index.ts';
import { runPlan } from './run.ts';

const load: Instruction = {
  op: 'load',
  access: { buffer: 0, offset: 0, strides: [1] },
  type: 'f32',
};
const constant = (value: number): Instruction => ({ op: 'constant', value, type: 'f32' });
const binary = (operator: 'add' | 'mul', left: number, right: number): Instruction => ({
  op: 'binary',
  operator,
  left,
  right,
  type: 'f32',
});
const unary = (operator: 'erf' | 'tanh', operand: number): Instruction => ({
  op: 'unary',
  operator,
  operand,
  type: 'f32',
});

/** What the tensor package composes GELU of; the last instruction is the result. */
const byErf: readonly Instruction[] = [
  load,
  constant(0.5),
  binary('mul', 0, 1),
  constant(Math.SQRT1_2),
  binary('mul', 0, 3),
  unary('erf', 4),
  constant(1),
  binary('add', 5, 6),
  binary('mul', 2, 7),
];
const byTanh: readonly Instruction[] = [
  load,
  constant(0.5),
  binary('mul', 0, 1),
  constant(Math.sqrt(2 / Math.PI)),
  binary('mul', 0, 3),
  binary('mul', 0, 0),
  constant(0.044715),
  binary('mul', 5, 6),
  constant(1),
  binary('add', 7, 8),
  binary('mul', 4, 9),
  unary('tanh', 10),
  binary('add', 11, 8),
  binary('mul', 2, 12),
];
const distributionByErf: readonly Instruction[] = [...byErf.slice(0, 8), binary('mul', 7, 1)];

function apply(
  instructions: readonly Instruction[],
  values: Float32Array,
  relaxedSimd: boolean,
): Float32Array {
  const size = values.length;
  const kernel: LoopKernel = {
    kind: 'loop',
    name: 'gelu',
    reduces: false,
    axes: [size],
    buffers: [
      { dtype: 'f32', size, access: 'read' },
      { dtype: 'f32', size, access: 'write' },
    ],
    instructions,
    stores: [{ value: instructions.length - 1, buffer: 1, offset: 0, strides: [1] }],
  };
  const plan = printLoop(kernel, { sharedMemory: false, relaxedSimd }, 'gelu');
  const input = new Uint8Array(values.slice().buffer);
  const [, output] = runPlan(plan, [input, new Uint8Array(4 * size)]);
  return new Float32Array(output!.buffer as ArrayBuffer);
}

/** erf by its series, or where that cancels by the continued fraction of erfc. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 100; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
const phi = {
  erf: (x: number) => erfc(-x * Math.SQRT1_2) / 2,
  tanh: (x: number) => 1 / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
};

const points = Float32Array.from({ length: 20_003 }, (_, i) => (i - 10_001) / 1000);
const tiny = Float32Array.from({ length: 61 }, (_, i) => 10 ** (-i / 2) * (i % 2 ? -1 : 1));

describe('the pattern of GELU', () => {
  it('is found in either order of the factors, and its distribution apart', () => {
    const swapped = byErf.with(8, binary('mul', 7, 2)).with(7, binary('add', 6, 5));
    expect(matchGelu(byErf, 8)).toEqual({ part: 'value', kind: 'erf', x: 0 });
    expect(matchGelu(swapped, 8)).toEqual({ part: 'value', kind: 'erf', x: 0 });
    expect(matchGelu(byTanh, 13)).toEqual({ part: 'value', kind: 'tanh', x: 0 });
    const distribution = { part: 'distribution', kind: 'erf', x: 0 };
    expect(matchGelu(distributionByErf, 8)).toEqual(distribution);
  });
  it('is not found where a constant or an argument differs', () => {
    expect(matchGelu(byErf.with(3, constant(0.7)), 8)).toBeUndefined();
    expect(matchGelu(byErf.with(6, constant(2)), 8)).toBeUndefined();
    expect(matchGelu(byErf.with(1, constant(0.25)), 8)).toBeUndefined();
    expect(matchGelu(byErf.with(2, binary('mul', 3, 1)), 8)).toBeUndefined();
    expect(matchGelu(byTanh.with(5, binary('mul', 0, 2)), 13)).toBeUndefined();
    expect(matchGelu(byTanh.with(6, constant(0.0447)), 13)).toBeUndefined();
  });
});

describe.each(hasRelaxedSimd() ? [true, false] : [false])(
  'GELU in one piece, fused: %s',
  (fused) => {
    it.each([
      ['erf', byErf],
      ['tanh', byTanh],
    ] as const)(
      'by %s is within 8e-7 of |x| times the larger of Φ and 1 − Φ',
      (kind, instructions) => {
        for (const values of [points, tiny]) {
          const got = apply(instructions, values, fused);
          values.forEach((x, i) => {
            const probability = phi[kind](x);
            const allowed = 8e-7 * Math.abs(x) * Math.max(probability, 1 - probability);
            const error = Math.abs(got[i]! - x * probability);
            if (!(error <= allowed)) expect.fail(`gelu(${x}): got ${got[i]}, ${error} off`);
          });
        }
      },
    );
    it('has the distribution within 5e-7', () => {
      const got = apply(distributionByErf, points, fused);
      points.forEach((x, i) => {
        const error = Math.abs(got[i]! - phi.erf(x));
        if (!(error <= 5e-7)) expect.fail(`Φ(${x}): got ${got[i]}, ${error} off`);
      });
    });
    it.each([
      ['erf', byErf],
      ['tanh', byTanh],
    ] as const)('by %s is exact far out and keeps NaN', (_, instructions) => {
      const far = Float32Array.of(40, -40, 3e38, -3e38, Infinity, 0, -0, Number.NaN);
      const got = apply(instructions, far, fused).map((value) => value + 0);
      expect([...got]).toEqual([40, 0, Math.fround(3e38), 0, Infinity, 0, 0, Number.NaN]);
    });
  },
);
