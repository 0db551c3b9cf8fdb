/**
 * Parts of the kernels for attention of few queries.
 *
 * @module
 */
import { type AttentionProblem, type CoarseOperand, contiguousStrides } from '@llm/tensor/backend';
import {
  type FunctionBuilder,
  type FunctionHandle,
  f32x4,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  v128,
} from '../../wasm/index.ts';

/** The position of the first query, and the keys that any query sees. */
interface KeyRange {
  readonly position: Local<'i32'>;
  readonly first: Local<'i32'>;
  readonly end: Local<'i32'>;
}

/** Address of an operand's first element. */
export const startOf = (args: I32, operand: CoarseOperand): I32 =>
  i32.add(i32.load(args, operand.buffer * 4), operand.offset * 4);

/**
 * The keys between the first and the last that any query sees; all, if one of the queries sees none, since its row
 * is then uniform. A first query's position, where given, is at least 0.
 */
export function keyRange(
  f: FunctionBuilder,
  { attributes, offset, queries, keys }: AttentionProblem,
  args: I32,
): KeyRange {
  const { left, right } = attributes;
  const position = f.let(offset ? i32.load(startOf(args, offset)) : i32.const(0));
  const first = f.let(left === null ? i32.const(0) : i32.maxS(i32.sub(position, left), 0));
  const end = f.let(
    right === null ? i32.const(keys) : i32.minS(i32.add(position, queries + right), keys),
  );
  if (left !== null) {
    const isBlind = i32.geS(i32.add(position, queries - 1 - left), keys);
    f.if(isBlind, () => {
      f.set(first, 0);
      f.set(end, keys);
    });
  }
  return { position, first, end };
}

/**
 * Adds the function that puts the rows of a head of keys' queries one after another, times the scale of the scores.
 *
 * Its parameters: addresses of the first row, and of where they go.
 */
export function addCopyQueries(
  module: ModuleBuilder,
  { q, attributes, heads, keyHeads, queries, headDim }: AttentionProblem,
): FunctionHandle<'void'> {
  const [, head, row] = q.strides as readonly number[];
  return module.function(undefined, { from: 'i32', to: 'i32' }, (f, p) => {
    const scale = f.let(f32x4.splat(attributes.scale));
    f.for(0, heads / keyHeads, 1, () => {
      const line = f.let(p.from);
      f.for(0, queries, 1, () => {
        f.for(0, headDim * 4, 16, (byte) => {
          f.emit(v128.store(p.to, f32x4.mul(v128.load(i32.add(line, byte)), scale)));
          f.increment(p.to, 16);
        });
        f.increment(line, row! * 4);
      });
      f.increment(p.from, head! * 4);
    });
  });
}

/** Address of a mask's element. */
export function maskAt(
  args: I32,
  mask: CoarseOperand,
  [item, head, query, key]: readonly [I32, I32, I32, I32],
): I32 {
  const bytes = mask.dtype === 'bool' ? 1 : 4;
  const strides = contiguousStrides(mask.shape);
  const start = i32.add(i32.load(args, mask.buffer * 4), mask.offset * bytes);
  return [item, head, query, key].reduce<I32>(
    (sum, index, axis) =>
      mask.shape[axis] === 1 ? sum : i32.add(sum, i32.mul(index, strides[axis]! * bytes)),
    start,
  );
}
