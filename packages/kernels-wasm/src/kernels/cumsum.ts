import type { CoarseKernel } from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import { elementBytes, loadSplat, storeVector, widen } from '../print/memory-access.ts';
import { f32, f32x4, f64, i32, i32x4, ModuleBuilder, type Target } from '../wasm/index.ts';

/**
 * Running sums along the last axis; `{ reverse }` sums from the end. Floats add up in double precision
 * and are rounded once each, integers and bools in i32. A chunk is a group of rows.
 */
export function planCumsum(kernel: CoarseKernel, target: Target, key: string): KernelPlan {
  const { reverse } = kernel.attributes as { reverse: boolean };
  const input = kernel.inputs[0]!;
  const output = kernel.outputs[0]!;
  const length = input.shape.at(-1) ?? 1;
  const rows = input.shape.slice(0, -1).reduce((all, size) => all * size, 1);
  if (rows * length === 0) return { steps: [], scratchBytes: [] };
  const rowsPerChunk = Math.max(1, Math.floor((1 << 13) / length));
  const isFloat = output.dtype !== 'i32';
  const inputBytes = elementBytes(input.dtype);
  const outputBytes = elementBytes(output.dtype);
  const direction = reverse ? -1 : 1;

  const module = new ModuleBuilder(target);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const first = f.let(i32.mul(begin, rowsPerChunk));
    const last = f.let(i32.minU(i32.mul(end, rowsPerChunk), rows));
    const source = f.let(i32.add(i32.load(args, 4 * input.buffer), input.offset * inputBytes));
    const target = f.let(i32.add(i32.load(args, 4 * output.buffer), output.offset * outputBytes));
    f.for(first, last, 1, (row) => {
      const start = f.let(i32.add(i32.mul(row, length), reverse ? length - 1 : 0));
      const from = f.let(i32.add(source, i32.mul(start, inputBytes)));
      const to = f.let(i32.add(target, i32.mul(start, outputBytes)));
      const total = f.let(f64.const(0));
      const count = f.let(i32.const(0));
      f.for(0, length, 1, () => {
        const value = f.let(
          widen(f, input.dtype, loadSplat(input.dtype, { base: from, offset: 0 })),
        );
        const result = f.local('v128');
        if (isFloat) {
          f.set(total, f64.add(total, f64.promoteF32(f32x4.extractLane(value, 0))));
          f.set(result, f32x4.splat(f32.demoteF64(total)));
        } else {
          const element = i32x4.extractLane(value, 0);
          f.set(count, i32.add(count, input.dtype === 'bool' ? i32.and(element, 1) : element));
          f.set(result, i32x4.splat(count));
        }
        storeVector(f, output.dtype, { base: to, offset: 0 }, 1, result, 1);
        f.increment(from, direction * inputBytes);
        f.increment(to, direction * outputBytes);
      });
    });
  });
  const args = kernel.buffers.map((_, index) => index);
  const chunks = Math.ceil(rows / rowsPerChunk);
  return { steps: [{ kernel: { key, bytes: module.finish(), chunks }, args }], scratchBytes: [] };
}
