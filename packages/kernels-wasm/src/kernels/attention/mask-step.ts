import type { CoarseOperand } from '@llm/tensor/backend';
import type { Kernel } from '../../kernel.ts';
import { f32, type I32, i32, ModuleBuilder, type Target, v128 } from '../../wasm/index.ts';
import { product } from '../matmul/spec.ts';

/** Words one chunk writes, about. */
const CHUNK_WORDS = 1 << 14;

/** Where the rows of a prepared mask lie. */
interface MaskRows {
  readonly bytes: number;
  /** Bytes from one batch item, head and query to the next; 0 where the mask is broadcast. */
  readonly strides: readonly [number, number, number];
}

const paddedKeys = (mask: CoarseOperand) => Math.ceil(mask.shape[3]! / 4) * 4;

/** Layout of the prepared rows: a 32-bit word per key, rows padded to whole vectors. */
export function maskRows(mask: CoarseOperand): MaskRows {
  const row = paddedKeys(mask) * 4;
  const [batch, heads, queries] = mask.shape as [number, number, number];
  const stride = (size: number, bytes: number) => (size === 1 ? 0 : bytes);
  return {
    bytes: batch * heads * queries * row,
    strides: [
      stride(batch, heads * queries * row),
      stride(heads, queries * row),
      stride(queries, row),
    ],
  };
}

/**
 * Writes the mask as words: a boolean as all ones or all zeros, an addend as it is. Rows padded to
 * whole vectors can be read without a look at where they end.
 *
 * Buffers: the mask, row-major; the words.
 */
export function maskStep(key: string, mask: CoarseOperand, target: Target): Kernel {
  const keys = mask.shape[3]!;
  const lines = product(mask.shape.slice(0, 3));
  const perChunk = Math.max(1, Math.floor(CHUNK_WORDS / keys));
  const module = new ModuleBuilder(target);
  const boolean = mask.dtype === 'bool';
  const bytes = boolean ? 1 : 4;
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const source = f.let(i32.add(i32.load(args), mask.offset * bytes));
    const words = f.let(i32.load(args, 4));
    const last = f.let(i32.minU(i32.const(lines), i32.mul(end, perChunk)));
    f.for(f.let(i32.mul(begin, perChunk)), last, 1, (line) => {
      const from = f.let(i32.add(source, i32.mul(line, keys * bytes)));
      const to = f.let(i32.add(words, i32.mul(line, paddedKeys(mask) * 4)));
      const copy = (count: I32 | number, size: number, store: () => void) =>
        f.for(0, count, 1, () => {
          store();
          f.increment(from, size);
          f.increment(to, size * (4 / bytes));
        });
      if (boolean) {
        copy(keys, 1, () => f.emit(i32.store(to, i32.sub(0, i32.ne(i32.load8U(from), 0)))));
      } else {
        copy(keys >> 2, 16, () => f.emit(v128.store(to, v128.load(from))));
        copy(keys & 3, 4, () => f.emit(f32.store(to, f32.load(from))));
      }
      f.for(keys, paddedKeys(mask), 1, () => {
        f.emit(i32.store(to, 0));
        f.increment(to, 4);
      });
    });
  });
  return { key, bytes: module.finish(), chunks: Math.ceil(lines / perChunk) };
}
