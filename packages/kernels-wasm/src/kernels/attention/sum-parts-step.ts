import type { Kernel } from '../../kernel.ts';
import { f32x4, i32, ModuleBuilder, type Target, v128 } from '../../wasm/index.ts';

/**
 * Adds up, first to last, the parts of each matrix: [matrices, parts, size] → [matrices, size], where
 * size is a multiple of four. A chunk is a matrix.
 */
export function sumPartsStep(
  key: string,
  matrices: number,
  parts: number,
  size: number,
  target: Target,
): Kernel {
  const module = new ModuleBuilder(target);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    f.for(begin, end, 1, (matrix) => {
      const from = f.let(i32.add(i32.load(args), i32.mul(matrix, parts * size * 4)));
      const to = f.let(i32.add(i32.load(args, 4), i32.mul(matrix, size * 4)));
      f.for(0, size, 4, () => {
        const sum = f.let(v128.load(from));
        const part = f.let(from);
        f.for(1, parts, 1, () => {
          f.increment(part, size * 4);
          f.set(sum, f32x4.add(sum, v128.load(part)));
        });
        f.emit(v128.store(to, sum));
        f.increment(from, 16);
        f.increment(to, 16);
      });
    });
  });
  return { key, bytes: module.finish(), chunks: matrices };
}
