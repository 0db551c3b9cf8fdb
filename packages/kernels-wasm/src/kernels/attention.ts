import type { CoarseKernel, Spec } from '@llm/tensor';
import type { KernelPlan } from '../kernel.ts';
import { log } from '../print/math/log.ts';
import { f32, f32x4, type I32, i32, ModuleBuilder, type Target, v128 } from '../wasm/index.ts';
import { addSoftmaxRow } from './attention/softmax-row.ts';
import { digits } from './matmul/batch.ts';
import { packedBytes, packedMatrixBytes, packedSide, packStep } from './matmul/pack-step.ts';
import { addTile, type TileFunction } from './matmul/tile.ts';

/** Query rows of a chunk and keys of a tile: scores, keys and values of a tile stay in the caches. */
const QUERIES = 24;
const KEYS = 64;
/** The register tile; see `addTile`. */
const ROWS = 6;
const COLUMNS = 8;

/** The attributes of the operation that matter here; `@llm/tensor` defines them. */
interface Attributes {
  readonly scale: number;
  readonly left: number | null;
  readonly right: number | null;
  readonly softcap: number | null;
  readonly mask: 'none' | 'boolean' | 'additive';
  readonly offset: boolean;
  readonly dropout: number;
}

/**
 * Whether the template takes an attention: f32, causal or full, without mask, window to the left, soft
 * cap or dropout, and more than a few queries. The rest is composed of other operations.
 */
export function supportsAttention(attributes: unknown, inputs: readonly Spec[]): boolean {
  const { left, right, softcap, mask, dropout } = attributes as Attributes;
  const [q, k, v] = inputs as readonly [Spec, Spec, Spec];
  return (
    [q, k, v].every(({ dtype }) => dtype === 'f32') &&
    left === null &&
    (right === null || right >= 0) &&
    softcap === null &&
    mask === 'none' &&
    dropout === 0 &&
    q.shape[2]! >= 4 &&
    k.shape[2]! > 0 &&
    v.shape[3]! % 4 === 0
  );
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
  const { scale, right, offset } = kernel.attributes as Attributes;
  const [q, k, v, first] = kernel.inputs;
  const [out, logSumExp] = kernel.outputs;
  const [batch, heads, queries, headDim] = q!.shape as [number, number, number, number];
  const [, keyHeads, keys] = k!.shape as [number, number, number];
  const valueDim = v!.shape[3]!;
  if (batch * heads * queries * valueDim === 0) return { steps: [], scratchBytes: [] };
  if (v!.strides[3] !== 1) throw new Error('wasm attention: values want contiguous rows');

  const side = packedSide(
    {
      dtype: 'f32',
      rowStride: k!.strides[3]!,
      colStride: k!.strides[2]!,
      batchStrides: k!.strides.slice(0, 2),
      offset: k!.offset,
    },
    'b',
    keys,
    headDim,
    COLUMNS,
    [batch, keyHeads],
  );
  const panelBytes = headDim * COLUMNS * 4;
  const blocks = Math.ceil(queries / QUERIES);
  const chunks = batch * heads * blocks;
  // Of each chunk: the scores of a tile, then maximum and sum of each row.
  const scoreBytes = QUERIES * KEYS * 4;
  const chunkBytes = scoreBytes + QUERIES * 8;
  const named = kernel.buffers.length;

  const module = new ModuleBuilder(target);
  const rest = queries % ROWS;
  const tiles = (
    columns: number,
    strides: { aRow: number; aK: number; bK: number; cRow: number },
  ) =>
    [queries >= ROWS ? ROWS : 0, rest].map((rows) =>
      rows > 0 && columns > 0 ? addTile(module, { rows, columns, ...strides }) : undefined,
    );
  const scoreTiles = tiles(COLUMNS, {
    aRow: q!.strides[2]! * 4,
    aK: q!.strides[3]! * 4,
    bK: COLUMNS * 4,
    cRow: KEYS * 4,
  });
  const mix = { aRow: KEYS * 4, aK: 4, bK: v!.strides[2]! * 4, cRow: valueDim * 4 };
  const mixTiles = [
    tiles(valueDim >= COLUMNS ? COLUMNS : 0, mix),
    tiles(valueDim % COLUMNS, mix),
  ] as const;
  const softmaxRow = addSoftmaxRow(module, { scale, valueDim });

  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const base = (operand: { buffer: number; offset: number }) =>
      i32.add(i32.load(args, operand.buffer * 4), operand.offset * 4);
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
        i32.add(i32.add(base(q!), at(q!.strides, head)), i32.mul(row0, q!.strides[2]! * 4)),
      );
      const matrix = i32.add(i32.mul(item, keyHeads), keyHead);
      const kPanels = f.let(
        i32.add(i32.load(args, named * 4), i32.mul(matrix, packedMatrixBytes(side))),
      );
      const vHead = f.let(i32.add(base(v!), at(v!.strides, keyHead)));
      const outBlock = f.let(i32.add(base(out!), i32.mul(line, valueDim * 4)));
      const scores = f.let(i32.add(i32.load(args, named * 4 + 4), i32.mul(chunk, chunkBytes)));
      const states = f.let(i32.add(scores, scoreBytes));
      // Keys below `sight + row` are seen by the row of this block.
      const position = offset ? f.let(i32.load(base(first!))) : i32.const(0);
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
        // All rows of the block times one panel of columns.
        const multiply = (
          [full, last]: readonly (TileFunction | undefined)[],
          operands: {
            a: I32;
            aTile: number;
            b: I32;
            c: I32;
            cTile: number;
            length: I32;
            resume: I32;
          },
        ) =>
          f.scope(() => {
            const a = f.let(operands.a);
            const c = f.let(operands.c);
            const row = f.let(zero);
            const run = (tile: TileFunction) =>
              f.call(
                tile,
                args,
                a,
                operands.b,
                c,
                operands.length,
                operands.resume,
                zero,
                zero,
                zero,
                zero,
              );
            if (full) {
              f.while(i32.leU(i32.add(row, ROWS), rows), () => {
                run(full);
                f.increment(a, operands.aTile);
                f.increment(c, operands.cTile);
                f.increment(row, ROWS);
              });
            }
            if (last) f.if(i32.ltU(row, rows), () => run(last));
          });
        f.for(0, count, COLUMNS, (column) => {
          const panel = i32.divU(i32.add(key0, column), COLUMNS);
          multiply(scoreTiles, {
            a: qBlock,
            aTile: ROWS * q!.strides[2]! * 4,
            b: f.let(i32.add(kPanels, i32.mul(panel, panelBytes))),
            c: i32.add(scores, i32.mul(column, 4)),
            cTile: ROWS * KEYS * 4,
            length: i32.const(headDim),
            resume: zero,
          });
        });
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
          );
        });
        const mixColumns = (part: readonly (TileFunction | undefined)[], column: I32) =>
          multiply(part, {
            a: scores,
            aTile: ROWS * KEYS * 4,
            b: f.let(
              i32.add(i32.add(vHead, i32.mul(key0, v!.strides[2]! * 4)), i32.mul(column, 4)),
            ),
            c: i32.add(outBlock, i32.mul(column, 4)),
            cTile: ROWS * valueDim * 4,
            length: count,
            resume,
          });
        const whole = valueDim - (valueDim % COLUMNS);
        f.for(0, whole, COLUMNS, (column) => mixColumns(mixTiles[0], column));
        if (whole < valueDim) mixColumns(mixTiles[1], i32.const(whole));
      });

      f.for(0, rows, 1, (row) => {
        const state = f.let(i32.add(states, i32.mul(row, 8)));
        const total = f.let(f32.load(state, 4));
        const factor = f.let(f32x4.splat(f32.div(1, total)));
        const target_ = f.let(i32.add(outBlock, i32.mul(row, valueDim * 4)));
        f.for(0, valueDim, 4, () => {
          f.emit(v128.store(target_, f32x4.mul(v128.load(target_), factor)));
          f.increment(target_, 16);
        });
        const logarithm = f32x4.extractLane(log(f, f32x4.splat(total)), 0);
        const to = i32.add(base(logSumExp!), i32.mul(i32.add(line, row), 4));
        f.emit(f32.store(to, f32.add(f32.load(state), logarithm)));
      });
    });
  });
  const args = [...kernel.buffers.keys()];
  return {
    steps: [
      {
        kernel: packStep(`${key} pack ${target.sharedMemory}`, [side], target),
        args: [k!.buffer, named],
      },
      { kernel: { key, bytes: module.finish(), chunks }, args: [...args, named, named + 1] },
    ],
    scratchBytes: [packedBytes(side), chunks * chunkBytes],
  };
}
