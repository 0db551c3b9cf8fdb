import {
  type CoarseKernel,
  type CoarseOperand,
  contiguousStrides,
  type Spec,
} from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import {
  type FunctionBuilder,
  type I32,
  i32,
  type Local,
  ModuleBuilder,
  type Target,
  v128,
} from '../wasm/index.ts';
import { digits } from './matmul/batch.ts';
import { product } from './matmul/spec.ts';

/** Whether the template can replace a slice: of words, along another axis than the last. */
export function supportsUpdateSlice(attributes: unknown, inputs: readonly Spec[]): boolean {
  const { axis } = attributes as { axis: number };
  const { shape, dtype } = inputs[0]!;
  return ['f32', 'i32', 'u32'].includes(dtype) && axis < shape.length - 1;
}

/**
 * A slice replaced along an axis: `out = x`, but for the update's elements. Where x and the output are one buffer, as
 * when a variable is assigned, only these are written: a key/value cache costs what is new in it. A chunk is what lies
 * together along the axes before `axis`.
 *
 * Inputs: x, the update, whose strides are any, and the position of its first element, an i32 scalar.
 */
export function planUpdateSlice(kernel: CoarseKernel, target: Target, key: string): KernelPlan {
  const { axis } = kernel.attributes as { axis: number };
  const [x, update, start] = kernel.inputs as [CoarseOperand, CoarseOperand, CoarseOperand];
  const out = kernel.outputs[0]!;
  const chunks = product(x.shape.slice(0, axis));
  const whole = product(x.shape.slice(axis));
  if (chunks * whole === 0) return { steps: [], scratchBytes: [] };
  const size = x.shape[axis]!;
  const before = update.shape.slice(0, axis);
  const lines = update.shape.slice(axis, -1);
  const width = update.shape.at(-1)!;
  const lineStrides = contiguousStrides(x.shape).slice(axis, -1);

  const module = new ModuleBuilder(target);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const base = ({ buffer, offset }: CoarseOperand) =>
      i32.add(i32.load(args, buffer * 4), offset * 4);
    const isElsewhere = f.let(i32.ne(i32.load(args, x.buffer * 4), i32.load(args, out.buffer * 4)));
    const first = f.let(i32.load(base(start)));
    f.for(begin, end, 1, (chunk) => {
      const place = f.let(i32.mul(chunk, whole * 4));
      const to = f.let(i32.add(base(out), place));
      f.if(isElsewhere, () => copyWords(f, f.let(i32.add(base(x), place)), f.let(to), whole));
      const outer = digits(f, chunk, before.slice(1));
      const from = f.let(i32.add(base(update), dot(axis === 0 ? [] : outer, update.strides)));
      f.for(0, product(lines), 1, (line) => {
        const inner = digits(f, line, lines.slice(1));
        // Unsigned, so that what lies before the first element is beyond the last.
        const row = f.let(i32.add(first, inner[0]!));
        f.if(i32.ltU(row, size), () => {
          const source = f.let(i32.add(from, dot(inner, update.strides.slice(axis, -1))));
          const goal = f.let(i32.add(to, dot([row, ...inner.slice(1)], lineStrides)));
          copyWords(f, source, goal, width);
        });
      });
    });
  });
  const args = [...kernel.buffers.keys()];
  return { steps: [{ kernel: { key, bytes: module.finish(), chunks }, args }], scratchBytes: [] };
}

/** Bytes of a place in an array of words. */
function dot(indices: readonly I32[], strides: readonly number[]): I32 {
  return indices.reduce<I32>(
    (sum, index, axis) => i32.add(sum, i32.mul(index, strides[axis]! * 4)),
    i32.const(0),
  );
}

/** Copies words; the pointers advance. */
function copyWords(f: FunctionBuilder, from: Local<'i32'>, to: Local<'i32'>, count: number): void {
  f.for(0, count >> 2, 1, () => {
    f.emit(v128.store(to, v128.load(from)));
    f.increment(from, 16);
    f.increment(to, 16);
  });
  f.for(0, count & 3, 1, () => {
    f.emit(i32.store(to, i32.load(from)));
    f.increment(from, 4);
    f.increment(to, 4);
  });
}
