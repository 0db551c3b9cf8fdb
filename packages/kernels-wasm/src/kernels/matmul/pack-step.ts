import type { Kernel } from '../../kernel.ts';
import { i32, ModuleBuilder, type Target } from '../../wasm/index.ts';
import { batchOffset, digits } from './batch.ts';
import { addPack } from './pack.ts';
import { elementBytes, type MatmulDtype, type Operand, product } from './spec.ts';

/** An operand to pack whole: A by rows or B by columns. */
export interface PackedSide {
  readonly dtype: MatmulDtype;
  /** Lines in a panel, and lines in all. */
  readonly width: number;
  readonly extent: number;
  readonly k: number;
  readonly acrossStride: number;
  readonly kStride: number;
  /** Batch dimensions that are not broadcast, and their strides. */
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Elements one chunk packs, about: some 5 µs, since the product waits for the last of them. */
const CHUNK_ELEMENTS = 1 << 13;

/** Describes an operand to the packer. Broadcast batch dimensions are packed once. */
export function packedSide(
  operand: Operand,
  side: 'a' | 'b',
  extent: number,
  k: number,
  width: number,
  batch: readonly number[],
): PackedSide {
  const kept = batch.map((_, index) => index).filter((index) => operand.batchStrides[index] !== 0);
  return {
    dtype: operand.dtype,
    width,
    extent,
    k,
    acrossStride: side === 'a' ? operand.rowStride : operand.colStride,
    kStride: side === 'a' ? operand.colStride : operand.rowStride,
    sizes: kept.map((index) => batch[index]!),
    strides: kept.map((index) => operand.batchStrides[index]!),
    offset: operand.offset,
  };
}

const panels = (side: PackedSide) => Math.ceil(side.extent / side.width);
/** Bytes of one packed matrix. */
const packedMatrixBytes = (side: PackedSide): number => panels(side) * side.width * side.k * 4;
/** Bytes of all packed matrices. */
export const packedBytes = (side: PackedSide): number =>
  packedMatrixBytes(side) * product(side.sizes);

/** Strides in packed bytes of each batch dimension of C; 0 where the operand is broadcast. */
export function packedStrides(
  operand: Operand,
  side: PackedSide,
  batch: readonly number[],
): number[] {
  let stride = packedMatrixBytes(side);
  const strides = batch.map(() => 0);
  for (let index = batch.length - 1; index >= 0; index--) {
    if (operand.batchStrides[index] === 0) continue;
    strides[index] = stride;
    stride *= batch[index]!;
  }
  return strides;
}

/**
 * The step that packs one or both operands. Its buffers alternate: source and target of the first
 * side, then of the second.
 */
export function packStep(key: string, sides: readonly PackedSide[], target: Target): Kernel {
  const module = new ModuleBuilder(target);
  const groups = sides.map((side) => {
    const perChunk = Math.max(1, Math.floor(CHUNK_ELEMENTS / (side.width * Math.max(1, side.k))));
    const perMatrix = Math.ceil(panels(side) / perChunk);
    return { perChunk, perMatrix, chunks: perMatrix * product(side.sizes) };
  });
  const functions = sides.map((side) => addPack(module, side));
  const chunks = groups.reduce((sum, group) => sum + group.chunks, 0);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    f.for(begin, end, 1, (chunk) => {
      let firstChunk = 0;
      sides.forEach((side, index) => {
        const { perChunk, perMatrix, chunks: count } = groups[index]!;
        const local = f.let(i32.sub(chunk, firstChunk));
        firstChunk += count;
        f.if(i32.ltU(local, count), () => {
          const [matrix, group] = digits(f, local, [perMatrix]) as [typeof local, typeof local];
          const line = f.let(i32.mul(group, perChunk * side.width));
          const bytes = elementBytes(side.dtype);
          const source = i32.add(
            i32.add(i32.load(args, index * 8), side.offset * bytes),
            i32.add(
              batchOffset(matrix, side.sizes, side.strides, bytes),
              i32.mul(line, side.acrossStride * bytes),
            ),
          );
          const destination = i32.add(
            i32.load(args, index * 8 + 4),
            i32.add(i32.mul(matrix, packedMatrixBytes(side)), i32.mul(line, side.k * 4)),
          );
          const lines = i32.minU(
            i32.const(perChunk * side.width),
            i32.sub(i32.const(side.extent), line),
          );
          f.call(
            functions[index]!,
            source,
            destination,
            lines,
            i32.const(side.k),
            i32.const(side.k * side.width * 4),
          );
        });
      });
    });
  });
  return { key, bytes: module.finish(), chunks };
}
