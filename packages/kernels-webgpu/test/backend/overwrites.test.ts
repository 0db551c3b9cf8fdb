import {
  BackendDevice,
  compile,
  registerDevice,
  rotary,
  setDefaultDevice,
  type Tensor,
  tensor,
  updateSlice,
  Variable,
} from '@llm/tensor';
import { evaluate } from '@llm/tensor/reference';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { createWebGpuBackend, type WebGpuBackend } from '../../src/index.ts';

const wave = (count: number, phase = 0) =>
  Array.from({ length: count }, (_, i) => Math.sin(1.3 * i + phase));

/** A step that assigns to variables. */
interface Case {
  readonly name: string;
  readonly variables: () => Variable[];
  readonly inputs: () => Tensor[];
  /** Kernels that it takes, if that is what the case is about. */
  readonly kernels?: number;
  readonly next: (values: readonly Tensor[], inputs: readonly Tensor[]) => readonly Tensor[];
}

/** Weight and momentum by a gradient that is a product, whose epilogue updates both. */
function momentum(rows: number, columns: number, inner: number): Omit<Case, 'name'> {
  return {
    variables: () => [
      new Variable(tensor(wave(rows * columns), [rows, columns])),
      new Variable(tensor(wave(rows * columns, 1), [rows, columns])),
    ],
    inputs: () => [
      tensor(wave(inner * rows, 2), [inner, rows]),
      tensor(wave(inner * columns, 3), [inner, columns]),
    ],
    next: ([weight, mean], [x, y]) => {
      const moved = mean!.mul(0.9).add(x!.transpose().matmul(y!).mul(0.1));
      return [weight!.sub(moved.mul(0.01)), moved];
    },
  };
}

/** New keys of two heads, rotated, in a cache of seven positions: one kernel. */
function keys(count: number, start: number): Omit<Case, 'name'> {
  return {
    variables: () => [new Variable(tensor(wave(2 * 7 * 6), [1, 2, 7, 6]))],
    inputs: () => [
      tensor(wave(count * 12, 1), [1, count, 12]),
      tensor(wave(count * 3, 2), [count, 3]),
      tensor(wave(count * 3, 3), [count, 3]),
      tensor(start, [], { dtype: 'i32' }),
    ],
    next: ([cache], [fresh, cos, sin, place]) => {
      const apart = fresh!.reshape(1, count, 2, 6).permute(0, 2, 1, 3);
      return [updateSlice(cache!, rotary(apart, cos!, sin!), place!, 2)];
    },
    kernels: 1,
  };
}

const cases: readonly Case[] = [
  { name: 'a small product', ...momentum(5, 7, 3) },
  { name: 'a product with edges', ...momentum(70, 51, 33) },
  { name: 'a product over a long inner axis', ...momentum(20, 12, 600) },
  { name: 'a product of few rows', ...momentum(2, 130, 200) },
  { name: 'rotated keys of a cache', ...keys(1, 2) },
  { name: 'rotated keys of a cache, over its end', ...keys(3, 5) },
  {
    name: 'rows that are normalized',
    variables: () => [new Variable(tensor(wave(9 * 70), [9, 70]))],
    inputs: () => [],
    next: ([x]) => [x!.mul(2).softmax()],
  },
  {
    name: 'sums of rows',
    variables: () => [new Variable(tensor(wave(9), [9]))],
    inputs: () => [tensor(wave(9 * 300), [9, 300])],
    next: ([total], [x]) => [total!.mul(0.5).add(x!.sum(-1))],
  },
];

describeWebGpu('updates of variables', () => {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await createWebGpuBackend({ debug: true });
    registerDevice('webgpu', async () => new BackendDevice(backend));
    setDefaultDevice('webgpu');
  });
  afterAll(() => backend.dispose());

  it.each(cases)('are in place: $name', async ({ variables, inputs, next, kernels }) => {
    const updated = variables();
    const step = compile((...args: Tensor[]) => {
      const values = next(updated, args);
      updated.forEach((variable, i) => {
        variable.assign(values[i]!);
      });
    });
    const plan = await step.explain(...inputs());
    expect(plan).not.toMatch(/\bcopy\b/);
    if (kernels !== undefined) expect(plan, plan).toContain(`\n${kernels} kernels,`);
    await step(...inputs());
    await step(...inputs());

    const once = next(variables(), inputs());
    const expected = evaluate(next(once, inputs()).map(({ node }) => node));
    for (const [i, variable] of updated.entries()) {
      (await variable.data()).forEach((value, at) => {
        expect(value).toBeCloseTo(expected[i]![at]!, 5);
      });
    }
    step.dispose();
  });
});
