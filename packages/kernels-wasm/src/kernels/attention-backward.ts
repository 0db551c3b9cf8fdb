import {
  type AnyAttentionAttributes,
  type AttentionProblem,
  attentionProblem,
  type CoarseKernel,
  type CoarseOperand,
  type Spec,
} from '@llm/tensor/backend';
import type { Kernel, KernelPlan } from '../kernel.ts';
import {
  type FunctionBuilder,
  f32,
  f32x4,
  type I32,
  i32,
  type Local,
  ModuleBuilder,
  type Target,
  v128,
} from '../wasm/index.ts';
import { addBlockProduct, TILE_COLUMNS, wholeColumns } from './attention/block-product.ts';
import { fitsTemplates, isWorthwhile } from './attention/fits.ts';
import { addGradientRow } from './attention/gradient-row.ts';
import { maskRows, maskStep } from './attention/mask-step.ts';
import { addRowRemoved } from './attention/row-removed.ts';
import { sumPartsStep } from './attention/sum-parts-step.ts';
import { digits } from './matmul/batch.ts';
import { addPack } from './matmul/pack.ts';

/** Keys of a tile, a multiple of the register tile, so that only the last one has a rest. */
const KEYS = 48;
/** Where causality ends a tile early, its keys are rounded up to this: still whole register tiles. */
const KEY_STEP = 24;
/** Enough chunks that all threads have work. */
const ENOUGH_CHUNKS = 16;

/** Whether the template can compute the gradient of an attention; not that of its mask. */
export function fitsAttentionBackward(attributes: unknown, inputs: readonly Spec[]): boolean {
  const headDim = inputs[0]!.shape[3]!;
  const fits = fitsTemplates(attributes as AnyAttentionAttributes, inputs);
  return fits && headDim > 0 && headDim % 4 === 0;
}

/** Whether the template can compute the gradient of an attention and is the quicker way. */
export function supportsAttentionBackward(attributes: unknown, inputs: readonly Spec[]): boolean {
  const worthwhile = isWorthwhile(attributes as AnyAttentionAttributes, inputs);
  return worthwhile && fitsAttentionBackward(attributes, inputs);
}

/** How an attention's gradient is cut into chunks; follows from the shape alone. */
function chunksOf({ attributes, batch, heads, queries, keyHeads }: AttentionProblem) {
  const group = heads / keyHeads;
  // Query rows of a tile. Low ones waste less where causality cuts through them: 7 to 12 % for 40 to 128
  // keys; elsewhere high ones are up to 4 % quicker, since less of dK and dV is loaded and stored.
  const blockRows = attributes.right === null ? 48 : 24;
  const blocks = Math.ceil(queries / blockRows);
  const wanted = Math.ceil(ENOUGH_CHUNKS / (batch * keyHeads));
  // Blocks of queries that share keys; each part takes every parts-th, so causal work is even.
  const parts = Math.max(1, Math.min(group * blocks, wanted));
  return { group, blockRows, blocks, parts, chunks: batch * keyHeads * parts };
}

/**
 * Gradients of attention, by tiles, without ever holding queries × keys weights: they are computed again
 * from the log-sum-exp (Dao et al., FlashAttention, 2022). Per tile of queries and keys:
 *
 *     P = exp(scale · Q Kᵀ − logSumExp)    dP = dO Vᵀ    dS = scale · P ∘ (dP − rowsum(dO ∘ O))
 *     dV += Pᵀ dO    dK += dSᵀ Q    dQ += dS K
 *
 * A chunk owns a key head, so it adds to dK and dV in a fixed order and without atomics. Where there are
 * few key heads, their queries are shared by several chunks, whose dK and dV a second step adds up.
 *
 * Of a chunk's scratch: panels of K and of V, P and dS of a tile, logSumExp and rowsum of a block's rows.
 */
export function planAttentionBackward(
  kernel: CoarseKernel,
  target: Target,
  key: string,
): KernelPlan {
  const problem = attentionProblem(kernel);
  const { attributes, q, k, v, mask, offset, rest } = problem;
  const { batch, heads, queries, headDim, keyHeads, keys, valueDim } = problem;
  const { right } = attributes;
  const [out, logSumExp, dOut, dLogSumExp] = rest as [
    CoarseOperand,
    CoarseOperand,
    CoarseOperand,
    CoarseOperand | undefined,
  ];
  const [dQ, dK, dV] = kernel.outputs as [CoarseOperand, CoarseOperand, CoarseOperand];
  const { group, blockRows, blocks, parts, chunks } = chunksOf(problem);
  if (batch * heads === 0) return { steps: [], scratchBytes: [] };
  for (const operand of [q, k, v, out, dOut]) {
    if (operand.strides[3] !== 1) throw new Error('wasm attentionBackward: wants contiguous rows');
  }

  const panelCount = Math.ceil(keys / TILE_COLUMNS);
  const kPanel = headDim * TILE_COLUMNS * 4;
  const vPanel = valueDim * TILE_COLUMNS * 4;
  const tileBytes = blockRows * KEYS * 4;
  const chunkBytes = panelCount * (kPanel + vPanel) + 2 * tileBytes + blockRows * 8;
  const named = kernel.buffers.length;
  const maskWords = mask && maskRows(mask);
  const maskArgument = named + 1;
  const partsArgument = named + (maskWords ? 2 : 1);

  const module = new ModuleBuilder(target);
  const packed = (operand: CoarseOperand) =>
    addPack(module, {
      dtype: 'f32',
      width: TILE_COLUMNS,
      extent: keys,
      acrossStride: operand.strides[2]!,
      kStride: 1,
    });
  const packK = packed(k);
  const packV = packed(v);
  // Queries times panels of keys, into a tile.
  const intoTile = (rowStride: number, bPanel: number) =>
    addBlockProduct(module, {
      rows: queries,
      restColumns: 0,
      aRow: rowStride * 4,
      aK: 4,
      bK: TILE_COLUMNS * 4,
      bPanel,
      cRow: KEYS * 4,
    });
  const score = intoTile(q.strides[2]!, kPanel);
  const slope = intoTile(dOut.strides[2]!, vPanel);
  // A tile, as it is or transposed, times rows of Q, K or dO.
  const fromTile = (transposed: boolean, columns: number, bRow: number) =>
    addBlockProduct(module, {
      rows: transposed ? keys : queries,
      restColumns: columns % TILE_COLUMNS,
      aRow: transposed ? 4 : KEYS * 4,
      aK: transposed ? KEYS * 4 : 4,
      bK: bRow * 4,
      bPanel: TILE_COLUMNS * 4,
      cRow: columns * 4,
    });
  const toQ = fromTile(false, headDim, k.strides[2]!);
  const toK = fromTile(true, headDim, q.strides[2]!);
  const toV = fromTile(true, valueDim, dOut.strides[2]!);
  const gradientRow = addGradientRow(module, attributes);
  const rowRemoved = addRowRemoved(module, valueDim, out.strides[2]!, dOut.strides[2]!);

  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const base = (operand: CoarseOperand) =>
      i32.add(i32.load(args, operand.buffer * 4), operand.offset * 4);
    f.for(begin, end, 1, (chunk) => {
      const [item, keyHead, part] = digits(f, chunk, [keyHeads, parts]) as [
        Local<'i32'>,
        Local<'i32'>,
        Local<'i32'>,
      ];
      const zero = i32.const(0);
      const headOf = (operand: CoarseOperand, head: I32) =>
        i32.add(
          base(operand),
          i32.add(i32.mul(item, operand.strides[0]! * 4), i32.mul(head, operand.strides[1]! * 4)),
        );
      const kHead = f.let(headOf(k, keyHead));
      const vHead = f.let(headOf(v, keyHead));
      const kPanels = f.let(i32.add(i32.load(args, named * 4), i32.mul(chunk, chunkBytes)));
      const vPanels = f.let(i32.add(kPanels, panelCount * kPanel));
      const weights = f.let(i32.add(vPanels, panelCount * vPanel));
      const slopes = f.let(i32.add(weights, tileBytes));
      const states = f.let(i32.add(slopes, tileBytes));
      // Gradients of the key head: the outputs, or with several parts a slot of scratch for each chunk.
      const matrix = parts > 1 ? chunk : i32.add(i32.mul(item, keyHeads), keyHead);
      const sumsOf = (output: CoarseOperand, size: number, index: number) => {
        const start = parts > 1 ? i32.load(args, (partsArgument + index) * 4) : base(output);
        const sums = f.let(i32.add(start, i32.mul(matrix, keys * size * 4)));
        zeroFill(f, sums, keys * size);
        return sums;
      };
      const dKHead = sumsOf(dK, headDim, 0);
      const dVHead = sumsOf(dV, valueDim, 1);
      f.call(packK, kHead, kPanels, i32.const(keys), i32.const(headDim), i32.const(kPanel));
      f.call(packV, vHead, vPanels, i32.const(keys), i32.const(valueDim), i32.const(vPanel));
      const position = offset ? f.let(i32.load(base(offset))) : zero;

      f.for(part, group * blocks, parts, (index) => {
        const head = f.let(i32.add(i32.mul(keyHead, group), i32.divU(index, blocks)));
        const row0 = f.let(i32.mul(i32.remU(index, blocks), blockRows));
        const rows = f.let(i32.minU(i32.const(blockRows), i32.sub(i32.const(queries), row0)));
        const line = f.let(i32.add(i32.mul(i32.add(i32.mul(item, heads), head), queries), row0));
        const rowsOf = (operand: CoarseOperand, size: number) =>
          f.let(i32.add(base(operand), i32.mul(line, size * 4)));
        const blockOf = (operand: CoarseOperand) =>
          f.let(i32.add(headOf(operand, head), i32.mul(row0, operand.strides[2]! * 4)));
        const qBlock = blockOf(q);
        const dOutBlock = blockOf(dOut);
        const dQBlock = rowsOf(dQ, headDim);
        const maskBlock = maskWords
          ? f.let(
              i32.add(
                i32.load(args, maskArgument * 4),
                [item, head, row0].reduce<I32>(
                  (sum, digit, axis) => i32.add(sum, i32.mul(digit, maskWords.strides[axis]!)),
                  zero,
                ),
              ),
            )
          : zero;
        f.call(
          rowRemoved,
          blockOf(out),
          dOutBlock,
          rowsOf(logSumExp, 1),
          dLogSumExp ? rowsOf(dLogSumExp, 1) : zero,
          states,
          rows,
        );
        // Keys below `sight + row` are seen by the row of this block.
        const sight = f.let(
          right === null ? i32.const(keys) : i32.add(i32.add(position, row0), right + 1),
        );
        const lastKey = f.let(
          right === null
            ? i32.const(keys)
            : i32.minS(i32.const(keys), i32.add(sight, i32.sub(rows, 1))),
        );

        f.for(0, lastKey, KEYS, (key0) => {
          const wanted = i32.mul(
            i32.divU(i32.add(i32.sub(lastKey, key0), KEY_STEP - 1), KEY_STEP),
            KEY_STEP,
          );
          const there = i32.minU(i32.const(KEYS), i32.sub(i32.const(keys), key0));
          const count = f.let(wanted);
          f.set(count, i32.minU(count, f.let(there)));
          const keyPanels = (panels: I32, size: number) => i32.add(panels, i32.mul(key0, size * 4));
          const keyRows = (start: I32, stride: number) => i32.add(start, i32.mul(key0, stride * 4));
          const [inner, valueInner] = [i32.const(headDim), i32.const(valueDim)];
          const [wholeHead, wholeValue] = [wholeColumns(headDim), wholeColumns(valueDim)];
          const one = i32.const(1);
          f.call(score, qBlock, keyPanels(kPanels, headDim), weights, rows, count, inner, zero);
          f.call(
            slope,
            dOutBlock,
            keyPanels(vPanels, valueDim),
            slopes,
            rows,
            count,
            valueInner,
            zero,
          );
          f.for(0, rows, 1, (row) => {
            const state = f.let(i32.add(states, i32.mul(row, 8)));
            const inAll =
              right === null ? i32.const(keys) : i32.minS(i32.const(keys), i32.add(sight, row));
            const seenInAll = f.let(inAll);
            f.call(
              gradientRow,
              i32.add(weights, i32.mul(row, KEYS * 4)),
              i32.add(slopes, i32.mul(row, KEYS * 4)),
              f32.load(state),
              f32.load(state, 4),
              i32.sub(seenInAll, key0),
              count,
              seenInAll,
              maskWords
                ? i32.add(i32.add(maskBlock, i32.mul(row, maskWords.strides[2])), i32.mul(key0, 4))
                : zero,
            );
          });
          f.call(toV, weights, dOutBlock, keyRows(dVHead, valueDim), count, wholeValue, rows, one);
          f.call(toK, slopes, qBlock, keyRows(dKHead, headDim), count, wholeHead, rows, one);
          const resume = i32.ne(key0, 0);
          f.call(
            toQ,
            slopes,
            keyRows(kHead, k.strides[2]!),
            dQBlock,
            rows,
            wholeHead,
            count,
            resume,
          );
        });
      });
    });
  });

  const args = [...kernel.buffers.keys(), named];
  if (maskWords) args.push(maskArgument);
  if (parts > 1) args.push(partsArgument, partsArgument + 1);
  const compute: Kernel = { key, bytes: module.finish(), chunks };
  const keyHeadCount = batch * keyHeads;
  const sizes = [headDim, valueDim].map((size) => keys * size);
  const sumUp = [dK, dV].map((output, index) => ({
    kernel: sumPartsStep(`${key} parts ${index}`, keyHeadCount, parts, sizes[index]!, target),
    args: [partsArgument + index, output.buffer],
  }));
  return {
    steps: [
      ...(mask
        ? [{ kernel: maskStep(`${key} mask`, mask, target), args: [mask.buffer, maskArgument] }]
        : []),
      { kernel: compute, args },
      ...(parts > 1 ? sumUp : []),
    ],
    scratchBytes: [
      chunks * chunkBytes,
      ...(maskWords ? [maskWords.bytes] : []),
      ...(parts > 1 ? sizes.map((size) => chunks * size * 4) : []),
    ],
  };
}

/** Sets `count` numbers, a multiple of four, to zero. */
function zeroFill(f: FunctionBuilder, address: I32, count: number): void {
  f.for(0, count * 4, 16, (byte) => f.emit(v128.store(i32.add(address, byte), f32x4.splat(0))));
}
