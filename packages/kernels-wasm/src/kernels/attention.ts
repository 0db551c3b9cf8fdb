import {
  type AnyAttentionAttributes,
  attentionProblem,
  type CoarseKernel,
  type CoarseOperand,
  type Spec,
} from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import { type I32, i32, ModuleBuilder, type Target } from '../wasm/index.ts';
import { addBlockProduct, TILE_COLUMNS, wholeColumns } from './attention/block-product.ts';
import { addFinishRows } from './attention/finish-rows.ts';
import { fitsTemplates, isWorthwhile } from './attention/fits.ts';
import { maskRows, maskStep } from './attention/mask-step.ts';
import { addSoftmaxRow } from './attention/softmax-row.ts';
import { digits } from './matmul/batch.ts';
import { packedBytes, packedSide, packedStrides, packStep } from './matmul/pack-step.ts';

/** Query rows of a chunk and keys of a tile: scores, keys and values of a tile stay in the caches. */
const QUERIES = 24;
const KEYS = 128;

/** Whether the template can compute an attention and is the quicker way. */
export function supportsAttention(attributes: unknown, inputs: readonly Spec[]): boolean {
  const own = attributes as AnyAttentionAttributes;
  return fitsTemplates(own, inputs) && isWorthwhile(own, inputs);
}

/**
 * Attention forward, by tiles, without ever holding queries × keys scores: after each tile of keys the
 * output so far is rescaled to the new maximum (Dao et al., FlashAttention, 2022). Keys are packed once
 * per key head; a chunk is a block of queries of one head, and stops at the last key it may see.
 *
 * Outputs: [batch, heads, queries, valueDim], and the log-sum-exp [batch, heads, queries]. A first
 * query's position, where given, is at least 0.
 */
export function planAttention(kernel: CoarseKernel, target: Target, key: string): KernelPlan {
  const problem = attentionProblem(kernel);
  const { attributes, q, k, v, mask, offset } = problem;
  const { batch, heads, queries, headDim, keyHeads, keys, valueDim } = problem;
  const { right } = attributes;
  const [out, logSumExp] = kernel.outputs;
  if (batch * heads * queries * valueDim === 0) return { steps: [], scratchBytes: [] };
  if (v.strides[3] !== 1) throw new Error('wasm attention: values want contiguous rows');

  const kColumns = {
    dtype: 'f32',
    rowStride: k.strides[3]!,
    colStride: k.strides[2]!,
    batchStrides: k.strides.slice(0, 2),
    offset: k.offset,
  } as const;
  const kHeads = [batch, keyHeads];
  const side = packedSide(kColumns, 'b', keys, headDim, TILE_COLUMNS, kHeads);
  const kHeadStrides = packedStrides(kColumns, side, kHeads);
  const blocks = Math.ceil(queries / QUERIES);
  const chunks = batch * heads * blocks;
  // Of each chunk: the scores of a tile, then maximum and sum of each row.
  const scoreBytes = QUERIES * KEYS * 4;
  const chunkBytes = scoreBytes + QUERIES * 8;
  const named = kernel.buffers.length;
  const maskWords = mask && maskRows(mask);

  const module = new ModuleBuilder(target);
  const score = addBlockProduct(module, {
    rows: queries,
    restColumns: 0,
    aRow: q.strides[2]! * 4,
    aK: q.strides[3]! * 4,
    bK: TILE_COLUMNS * 4,
    bPanel: headDim * TILE_COLUMNS * 4,
    cRow: KEYS * 4,
  });
  const mix = addBlockProduct(module, {
    rows: queries,
    restColumns: valueDim % TILE_COLUMNS,
    aRow: KEYS * 4,
    aK: 4,
    bK: v.strides[2]! * 4,
    bPanel: TILE_COLUMNS * 4,
    cRow: valueDim * 4,
  });
  const finishRows = addFinishRows(module, valueDim);
  const softmaxRow = addSoftmaxRow(module, { attributes, valueDim });

  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const base = (operand: CoarseOperand, element: I32 = i32.const(0)) =>
      i32.add(i32.load(args, operand.buffer * 4), i32.add(i32.mul(element, 4), operand.offset * 4));
    f.for(begin, end, 1, (chunk) => {
      const [item, head, block] = digits(f, chunk, [heads, blocks]) as [
        typeof chunk,
        typeof chunk,
        typeof chunk,
      ];
      const keyHead = f.let(i32.divU(i32.mul(head, keyHeads), heads));
      const at = (strides: readonly number[], index: I32) =>
        i32.add(i32.mul(item, strides[0]! * 4), i32.mul(index, strides[1]! * 4));
      const row0 = f.let(i32.mul(block, QUERIES));
      const rows = f.let(i32.minU(i32.const(QUERIES), i32.sub(i32.const(queries), row0)));
      const line = f.let(i32.add(i32.mul(i32.add(i32.mul(item, heads), head), queries), row0));
      const qBlock = f.let(
        i32.add(i32.add(base(q), at(q.strides, head)), i32.mul(row0, q.strides[2]! * 4)),
      );
      const kPanels = f.let(
        i32.add(
          i32.load(args, named * 4),
          i32.add(i32.mul(item, kHeadStrides[0]!), i32.mul(keyHead, kHeadStrides[1]!)),
        ),
      );
      const vHead = f.let(i32.add(base(v), at(v.strides, keyHead)));
      const outBlock = f.let(i32.add(base(out!), i32.mul(line, valueDim * 4)));
      const scores = f.let(i32.add(i32.load(args, named * 4 + 4), i32.mul(chunk, chunkBytes)));
      const states = f.let(i32.add(scores, scoreBytes));
      const maskBlock = maskWords
        ? f.let(
            i32.add(
              i32.load(args, named * 4 + 8),
              [item, head, row0].reduce<I32>(
                (sum, index, axis) => i32.add(sum, i32.mul(index, maskWords.strides[axis]!)),
                i32.const(0),
              ),
            ),
          )
        : i32.const(0);
      // Keys below `sight + row` are seen by the row of this block.
      const position = offset ? f.let(i32.load(base(offset))) : i32.const(0);
      const sight = f.let(
        right === null ? i32.const(keys) : i32.add(i32.add(position, row0), right + 1),
      );
      const lastKey = f.let(
        right === null
          ? i32.const(keys)
          : i32.minS(i32.const(keys), i32.add(sight, i32.sub(rows, 1))),
      );

      f.for(0, lastKey, KEYS, (key0) => {
        const count = f.let(i32.minU(i32.const(KEYS), i32.sub(lastKey, key0)));
        const resume = f.let(i32.ne(key0, 0));
        const zero = i32.const(0);
        const panels = i32.add(kPanels, i32.mul(key0, headDim * 4));
        f.call(score, qBlock, panels, scores, rows, count, i32.const(headDim), zero);
        f.for(0, rows, 1, (row) => {
          // Unseen keys lie behind the seen ones; a row sees all where there is no limit.
          const seen =
            right === null
              ? count
              : i32.maxS(zero, i32.minS(count, i32.sub(i32.add(sight, row), key0)));
          f.call(
            softmaxRow,
            i32.add(scores, i32.mul(row, KEYS * 4)),
            i32.add(outBlock, i32.mul(row, valueDim * 4)),
            i32.add(states, i32.mul(row, 8)),
            f.let(seen),
            count,
            resume,
            maskWords
              ? i32.add(i32.add(maskBlock, i32.mul(row, maskWords.strides[2])), i32.mul(key0, 4))
              : zero,
          );
        });
        const values = i32.add(vHead, i32.mul(key0, v.strides[2]! * 4));
        f.call(mix, scores, values, outBlock, rows, wholeColumns(valueDim), count, resume);
      });

      f.call(finishRows, outBlock, base(logSumExp!, line), states, rows);
    });
  });
  const args = [...kernel.buffers.keys(), named, named + 1];
  const packing = packStep(`${key} pack ${target.sharedMemory}`, [side], target);
  return {
    steps: [
      { kernel: packing, args: [k.buffer, named] },
      ...(mask
        ? [{ kernel: maskStep(`${key} mask`, mask, target), args: [mask.buffer, named + 2] }]
        : []),
      {
        kernel: { key, bytes: module.finish(), chunks },
        args: maskWords ? [...args, named + 2] : args,
      },
    ],
    scratchBytes: [packedBytes(side), chunks * chunkBytes, ...(maskWords ? [maskWords.bytes] : [])],
  };
}
