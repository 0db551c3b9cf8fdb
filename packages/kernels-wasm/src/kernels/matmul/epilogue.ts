import { type FunctionBuilder, f32x4, type I32, i32, type V128, v128 } from '../../wasm/index.ts';
import { loadLanes } from '../lanes.ts';

/** Where a vector of finished sums lies in the output; all expressions, computed where used. */
export interface Place {
  /** Address of the kernel's argument table. */
  readonly args: I32;
  /** Row within its matrix. */
  readonly row: I32;
  /** Row counted over all matrices of the batch: batchIndex · m + row. */
  readonly linearRow: I32;
  /** Column of the first lane. */
  readonly column: I32;
  /** How many lanes are real, 1 to 4: load operands with `loadLanes(address, lanes)`. */
  readonly lanes: number;
}

/** Turns a vector of sums into what is stored. */
export type Finish = (f: FunctionBuilder, sum: V128, place: Place) => V128;

/** What happens to a sum: `residual + hook(scale·sum + bias)`, each part optional. */
export interface Epilogue {
  /** Constant factor. */
  readonly scale?: number;
  /** Adds a vector of n (`column`) or m (`row`) f32; takes one buffer. */
  readonly bias?: 'column' | 'row';
  /** Any elementwise expression; takes as many buffers as it says. */
  readonly hook?: {
    /** Names the expression: part of the kernel's key. */
    readonly key: string;
    /** Buffers it reads. */
    readonly buffers: number;
    /**
     * Writes the expression.
     *
     * @param buffer address of the hook's buffer with this index
     */
    apply(f: FunctionBuilder, sum: V128, place: Place, buffer: (index: number) => I32): V128;
  };
  /** Adds a tensor of C's logical shape, f32, row-major without gaps; takes one buffer. */
  readonly residual?: boolean;
}

/** How many buffers an epilogue reads, in the order bias, hook, residual. */
export const epilogueBuffers = (epilogue: Epilogue): number =>
  (epilogue.bias ? 1 : 0) + (epilogue.hook?.buffers ?? 0) + (epilogue.residual ? 1 : 0);

/** The part of a kernel's key that names its epilogue. */
export const epilogueKey = ({ scale, bias, hook, residual }: Epilogue): string =>
  [scale !== undefined && `×${scale}`, bias && `+${bias}`, hook?.key, residual && '+residual']
    .filter(Boolean)
    .join(' ');

/**
 * The code of an epilogue, or undefined if there is nothing to do.
 *
 * @param first index in the argument table of the epilogue's first buffer
 */
export function finishOf(
  { epilogue, n }: { readonly epilogue: Epilogue; readonly n: number },
  first: number,
): Finish | undefined {
  const { scale, bias, hook, residual } = epilogue;
  if (scale === undefined && !bias && !hook && !residual) return undefined;
  const hookFirst = first + (bias ? 1 : 0);
  const residualIndex = hookFirst + (hook?.buffers ?? 0);
  return (f, sum, place) => {
    const buffer = (index: number) => i32.load(place.args, index * 4);
    let value = sum;
    if (scale !== undefined) value = f32x4.mul(value, f32x4.splat(scale));
    if (bias === 'column') {
      const address = i32.add(buffer(first), i32.mul(place.column, 4));
      value = f32x4.add(value, loadLanes(f.let(address), place.lanes));
    } else if (bias === 'row') {
      const address = i32.add(buffer(first), i32.mul(place.row, 4));
      value = f32x4.add(value, v128.load32Splat(address));
    }
    if (hook) {
      value = hook.apply(f, f.let(value), place, (index) => buffer(hookFirst + index));
    }
    if (residual) {
      const element = i32.add(i32.mul(place.linearRow, n), place.column);
      const address = i32.add(buffer(residualIndex), i32.mul(element, 4));
      value = f32x4.add(value, loadLanes(f.let(address), place.lanes));
    }
    return value;
  };
}
