import type { CoarseKernel, CoarseOperand, QuantizedLayout } from '@llm/tensor/backend';
import { type KernelPlan, nothing, type Target } from '../kernel.ts';
import { choose, computesOnCpu } from './matmul/choose.ts';
import type { Geometry } from './matmul/geometry.ts';
import { plainOutput } from './matmul/output.ts';
import { planProduct } from './matmul/plan-product.ts';
import type { Operand, Problem } from './matmul/problem.ts';
import type { MatmulShader } from './matmul/tile.ts';
import { wordOutput } from './pack.ts';
import { quantizedVectorStep } from './quantized/vector.ts';
import { blocksOf, type GroupNumbers } from './quantized/weights.ts';
import { type FloatStorage, isFloatStorage } from './wgsl.ts';

/** Rows of x up to which codes are streamed; from there on a product's template shares what it decodes. */
const mostVectorRows = (target: Target): number => (computesOnCpu(target) ? 4 : 8);

/**
 * x · Wᵀ with a quantized W, which stays packed on the device: x [count, columns] → [count, rows]. Few rows of x
 * stream the codes once (`quantizedVectorStep`); for more, the templates of products read W through a function that
 * decodes four columns at a time.
 *
 * Buffers: x, codes, scales, perhaps offsets; then the output. Scratch follows.
 *
 * @param geometry in place of the table's choice, for tests and measurements
 */
export function planQuantizedLinear(
  kernel: CoarseKernel,
  target: Target,
  geometry?: Geometry,
): KernelPlan {
  const [x, codes, scales, offsets] = kernel.inputs as [
    CoarseOperand,
    CoarseOperand,
    CoarseOperand,
    CoarseOperand?,
  ];
  const layout = kernel.attributes as QuantizedLayout;
  const out = kernel.outputs[0]!;
  const [count, rows] = out.shape as [number, number];
  if (count * rows === 0) return nothing;
  const left: Operand = {
    buffer: x.buffer,
    dtype: floats(x),
    offset: x.offset,
    lineStride: count === 1 ? 0 : layout.columns,
    innerStride: 1,
    batchStrides: [],
  };
  const right: Operand = {
    buffer: codes.buffer,
    dtype: 'f32',
    offset: codes.offset,
    lineStride: 4 * blocksOf(layout),
    innerStride: 1,
    batchStrides: [],
    quantized: { layout, scales: numbers(scales), offsets: offsets && numbers(offsets) },
  };
  const problem: Problem = {
    ...{ batch: [], rows: count, columns: rows, inner: layout.columns },
    ...{ left, right, swapped: false },
  };
  const output = wordOutput(kernel, out, target);
  const spec: MatmulShader = {
    name: kernel.name,
    problem,
    target,
    buffers: output.buffers,
    shared: new Set([scales.buffer, ...(offsets ? [offsets.buffer] : [])]),
    output: plainOutput(output.buffer, output.offset),
  };
  if (!geometry && count <= mostVectorRows(target)) {
    const steps = [quantizedVectorStep(spec), ...output.packing];
    return { steps, scratchBytes: output.scratchBytes };
  }
  const plan = planProduct(spec, geometry ?? geometryFor(problem, target));
  return {
    steps: [...plan.steps, ...output.packing],
    scratchBytes: [...output.scratchBytes, ...plan.scratchBytes],
  };
}

/** As for any product; but eight rows that decode four columns each make a shader that a CPU compiles for seconds. */
function geometryFor(problem: Problem, target: Target): Geometry {
  return computesOnCpu(target) ? { kind: 'direct', rows: 4 } : choose(problem, 4, target).geometry;
}

function floats({ dtype }: CoarseOperand): FloatStorage {
  if (isFloatStorage(dtype)) return dtype;
  throw new TypeError(`quantizedLinear: wants floats: got ${dtype}; cast with .to('f32')`);
}

const numbers = (part: CoarseOperand): GroupNumbers => ({
  buffer: part.buffer,
  dtype: floats(part),
  offset: part.offset,
});
