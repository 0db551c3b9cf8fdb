import type { KernelPlan, KernelStep } from '../kernel.ts';
import type { Target } from '../wasm/index.ts';
import { computeStep, type TileSource } from './matmul/compute-step.ts';
import { dotStep, suitsDot } from './matmul/dot-step.ts';
import { epilogueBuffers, epilogueKey } from './matmul/epilogue.ts';
import { chooseGeometry, type Geometry } from './matmul/geometry.ts';
import {
  type PackedSide,
  packedBytes,
  packedSide,
  packedStrides,
  packStep,
} from './matmul/pack-step.ts';
import { type MatmulSpec, normalize, type Operand, type Problem, product } from './matmul/spec.ts';
import { suitsTurned, turnedGeometry } from './matmul/turned.ts';
import { turnedScratch, turnedStep } from './matmul/turned-step.ts';

export type { Epilogue, Finish, Place } from './matmul/epilogue.ts';
export type { MatmulDtype, MatmulOperand, MatmulSpec } from './matmul/spec.ts';

/**
 * Plans a matrix product. The operation's buffers are A, B, C, then the epilogue's (bias, the
 * hook's, residual); scratch buffers follow.
 *
 * Four ways, chosen by shape: dot products along K for matrix times vector; few rows times weights that
 * lie along K, turned over; a register tile reading the operands where they lie, for small matrices;
 * packed panels for the rest, in a step of their own or, for a thin A, by each chunk for its own stripe
 * of B.
 *
 * @throws RangeError for sizes, strides or layouts it cannot take
 */
export function planMatmul(spec: MatmulSpec, target: Target): KernelPlan {
  const problem = normalize(spec);
  const { m, n, batch } = problem;
  if (m * n * product(batch) === 0) return { steps: [], scratchBytes: [] };
  const key = problemKey(problem, target);
  const named = 3 + epilogueBuffers(problem.epilogue);
  const buffers = Array.from({ length: named }, (_, index) => index);
  if (suitsDot(problem)) {
    const kernel = dotStep(`${key} dot`, problem, target);
    return { steps: [{ kernel, args: buffers }], scratchBytes: [] };
  }
  if (suitsTurned(problem)) return planTurned(problem, key, buffers, target);
  return planTiles(problem, chooseGeometry(problem), key, buffers, target);
}

/** The plan by tiles, with a packing step before it where operands are packed whole. */
function planTiles(
  problem: Problem,
  geometry: Geometry,
  key: string,
  buffers: readonly number[],
  target: Target,
): KernelPlan {
  const { m, n, k, batch, a, b } = problem;
  const scratchBytes: number[] = [];
  const scratch = (bytes: number) => buffers.length + scratchBytes.push(bytes) - 1;
  const sides: PackedSide[] = [];
  const packArgs: number[] = [];
  const args = [...buffers];

  const source = (side: 'a' | 'b', operand: Operand, extent: number, width: number): TileSource => {
    const across = (side === 'a' ? operand.rowStride : operand.colStride) * 4;
    if (geometry[side] !== 'packed') {
      const bytes = operand.dtype === 'f32' ? 4 : 2;
      return {
        offset: operand.offset * bytes,
        batchStrides: operand.batchStrides.map((stride) => stride * bytes),
        panel: width * across,
        across,
        k: (side === 'a' ? operand.colStride : operand.rowStride) * 4,
      };
    }
    const packed = packedSide(operand, side, extent, k, width, batch);
    const index = scratch(packedBytes(packed));
    packArgs.push(side === 'a' ? 0 : 1, index);
    sides.push(packed);
    args[side === 'a' ? 0 : 1] = index;
    return {
      offset: 0,
      batchStrides: packedStrides(operand, packed, batch),
      panel: width * k * 4,
      across: 4,
      k: width * 4,
    };
  };
  const sources = {
    a: source('a', a, m, geometry.rows),
    b: source('b', b, n, geometry.columns),
  };
  if (geometry.b === 'inline') {
    const chunks = product(batch) * Math.ceil(n / geometry.stripe);
    args.push(scratch(chunks * geometry.stripe * geometry.blockK * 4));
  }
  const steps: KernelStep[] = [];
  if (sides.length > 0) {
    const kernel = packStep(`${key} pack`, sides, target);
    if (kernel.chunks > 0) steps.push({ kernel, args: packArgs });
  }
  const kernel = computeStep(key, problem, geometry, sources, target, buffers.length);
  steps.push({ kernel, args });
  return { steps, scratchBytes };
}

/** The plan of a product that is computed turned over: rows of A packed, B read where it lies. */
function planTurned(
  problem: Problem,
  key: string,
  buffers: readonly number[],
  target: Target,
): KernelPlan {
  const { m, k, batch, a } = problem;
  const geometry = turnedGeometry(problem);
  const side = packedSide(a, 'a', m, k, geometry.panel, batch);
  const [packed, sums] = [buffers.length, buffers.length + 1];
  const rows = { batchStrides: packedStrides(a, side, batch) };
  return {
    steps: [
      { kernel: packStep(`${key} pack`, [side], target), args: [0, packed] },
      {
        kernel: turnedStep(key, problem, geometry, rows, target, buffers.length),
        args: [packed, ...buffers.slice(1), sums],
      },
    ],
    scratchBytes: [packedBytes(side), turnedScratch(problem, geometry)],
  };
}

/** Names everything the printed code depends on. */
function problemKey({ m, n, k, batch, a, b, c, epilogue }: Problem, target: Target): string {
  const layout = ({ dtype, rowStride, colStride, batchStrides, offset }: Operand) =>
    `${dtype}(${[...batchStrides, rowStride, colStride].join()})${offset ? `+${offset}` : ''}`;
  const size = [...batch, `${m}×${n}×${k}`].join('·');
  const flags = `${target.relaxedSimd ? 'r' : ''}${target.sharedMemory ? 's' : ''}`;
  const tail = epilogueKey(epilogue);
  return `matmul ${size} ${layout(a)} ${layout(b)} ${layout(c)}${tail && ` ${tail}`} ${flags}`;
}
