import { attentionProblem, type CoarseKernel, type CoarseOperand } from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import { type I32, i32, type Local, ModuleBuilder, type Target } from '../wasm/index.ts';
import { addBlockProduct, TILE_COLUMNS, wholeColumns } from './attention/block-product.ts';
import { addCopyQueries, keyRange, maskAt, startOf } from './attention/decode-parts.ts';
import { addDecodeRow } from './attention/decode-row.ts';
import { addDecodeScores } from './attention/decode-scores.ts';
import { addFinishRows } from './attention/finish-rows.ts';
import { mergeChunks } from './attention/merge-chunks.ts';
import { digits } from './matmul/batch.ts';

/** Keys of a chunk: they take some 5 µs, and their values stay in the first-level cache for the next row. */
const BLOCK_KEYS = 128;

/**
 * Attention of few queries, above all of the one that decoding has: the keys are cut into blocks, each for all query
 * heads that share them, and what the blocks give is put together by their largest scores (Dao et al., Flash-Decoding,
 * 2023). Blocks that no query sees end at once, so the time follows the position, not the cache's capacity.
 *
 * Outputs: [batch, heads, queries, valueDim], and the log-sum-exp [batch, heads, queries]. Scratch: of each chunk q
 * and the scores of its rows; of each row and block the largest score and the sum of weights; with several blocks,
 * the weighted values of each.
 */
export function planAttentionDecode(kernel: CoarseKernel, target: Target, key: string): KernelPlan {
  const problem = attentionProblem(kernel);
  const { q, k, v, mask, batch, heads, queries, headDim, keyHeads, keys, valueDim } = problem;
  const [out, logSumExp] = kernel.outputs as [CoarseOperand, CoarseOperand];
  const lines = batch * heads * queries;
  if (lines === 0) return { steps: [], scratchBytes: [] };
  /** Rows of a chunk: the queries of all heads that share a head of keys. */
  const rows = (heads / keyHeads) * queries;
  const blocks = Math.ceil(keys / BLOCK_KEYS);
  const isWhole = blocks === 1;
  const chunks = blocks * batch * keyHeads;
  const scoreStride = BLOCK_KEYS * 4;
  const ownBytes = rows * (headDim * 4 + scoreStride);
  const sumBytes = lines * valueDim * 4;
  // Of a whole row, states are read in fours.
  const chunkStateBytes = Math.ceil(rows / 4) * 32;
  const stateBytes = lines * 8;
  // Few rows leave registers for whole cache lines of values.
  const tileColumns = rows <= 2 ? 2 * TILE_COLUMNS : TILE_COLUMNS;
  const named = kernel.buffers.length;
  const [own, states, sums] = [named, named + 1, named + 2];

  const module = new ModuleBuilder(target);
  const multiply = addDecodeScores(module, {
    ...{ rows, headDim, scoreStride },
    keyStride: k.strides[2]! * 4,
  });
  const weigh = addDecodeRow(module, problem.attributes);
  const mix = addBlockProduct(module, {
    rows,
    columns: tileColumns,
    restColumns: valueDim % tileColumns,
    aRow: scoreStride,
    aK: 4,
    bK: v.strides[2]! * 4,
    bPanel: tileColumns * 4,
    cRow: valueDim * 4,
  });
  const finishRows = addFinishRows(module, valueDim);
  const copyQueries = addCopyQueries(module, problem);

  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const argument = (index: number) => i32.load(args, index * 4);
    const range = keyRange(f, problem, args);
    f.for(begin, end, 1, (chunk) => {
      // Blocks in order: those that are seen come first, so threads share them evenly.
      const [block, item, keyHead] = digits(f, chunk, [batch, keyHeads]) as [
        Local<'i32'>,
        Local<'i32'>,
        Local<'i32'>,
      ];
      const first = f.let(i32.maxS(range.first, i32.mul(block, BLOCK_KEYS)));
      const after = f.let(i32.minS(range.end, i32.mul(i32.add(block, 1), BLOCK_KEYS)));
      f.if(i32.ltS(first, after), () => {
        const count = f.let(i32.sub(after, first));
        const head = f.let(i32.mul(keyHead, heads / keyHeads));
        const line = f.let(i32.mul(i32.add(i32.mul(item, heads), head), queries));
        const queriesAt = f.let(i32.add(argument(own), i32.mul(chunk, ownBytes)));
        const scores = f.let(i32.add(queriesAt, rows * headDim * 4));
        const rowAt = (operand: CoarseOperand, ...indices: I32[]) =>
          indices.reduce<I32>(
            (sum, index, axis) => i32.add(sum, i32.mul(index, operand.strides[axis]! * 4)),
            startOf(args, operand),
          );
        const result = isWhole
          ? startOf(args, out)
          : i32.add(argument(sums), i32.mul(block, sumBytes));
        const results = f.let(i32.add(result, i32.mul(line, valueDim * 4)));
        const state = isWhole
          ? i32.mul(chunk, chunkStateBytes)
          : i32.add(i32.mul(block, stateBytes), i32.mul(line, 8));
        const rowStates = f.let(i32.add(argument(states), state));
        f.call(copyQueries, rowAt(q, item, head), queriesAt);
        f.call(multiply, queriesAt, rowAt(k, item, keyHead, first), scores, count);
        f.for(0, rows, 1, (row) => {
          const query = f.let(i32.remU(row, queries));
          const rowHead = f.let(i32.add(head, i32.divU(row, queries)));
          f.call(
            weigh,
            i32.add(scores, i32.mul(row, scoreStride)),
            i32.add(rowStates, i32.mul(row, 8)),
            count,
            mask ? maskAt(args, mask, [item, rowHead, query, first]) : i32.const(0),
            first,
            i32.add(range.position, query),
          );
        });
        const values = rowAt(v, item, keyHead, first);
        const zero = i32.const(0);
        f.call(
          mix,
          scores,
          values,
          results,
          i32.const(rows),
          wholeColumns(valueDim, tileColumns),
          count,
          zero,
        );
        if (isWhole) {
          const sumsAt = i32.add(startOf(args, logSumExp), i32.mul(line, 4));
          f.call(finishRows, results, sumsAt, rowStates, i32.const(rows));
        }
      });
    });
  });
  const args = [...kernel.buffers.keys(), own, states, ...(isWhole ? [] : [sums])];
  const step = { kernel: { key, bytes: module.finish(), chunks }, args };
  if (isWhole)
    return { steps: [step], scratchBytes: [chunks * ownBytes, chunks * chunkStateBytes] };
  const parts = { problem, out, logSumExp, sums, states, sumBytes, stateBytes };
  const merging = mergeChunks(`${key} blocks`, { ...parts, blockKeys: BLOCK_KEYS }, target);
  return {
    steps: [step, { kernel: merging, args }],
    scratchBytes: [chunks * ownBytes, blocks * stateBytes, blocks * sumBytes],
  };
}
