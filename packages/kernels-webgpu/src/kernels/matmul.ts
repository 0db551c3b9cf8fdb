import { buffersOf, type MatmulKernel } from '@llm/tensor/backend';
import { type KernelPlan, nothing, type Target } from '../kernel.ts';
import { printEpilogue } from '../print/epilogue.ts';
import { sequence } from '../print/fit-bindings.ts';
import { printElementwise } from '../print/print-elementwise.ts';
import { separateEpilogue, separateSecond } from '../print/print-matmul.ts';
import { Shader } from '../print/shader.ts';
import { choose } from './matmul/choose.ts';
import { type Geometry, takesTwo } from './matmul/geometry.ts';
import { epilogueOutput } from './matmul/output.ts';
import { planProduct } from './matmul/plan-product.ts';
import { problemOf } from './matmul/problem.ts';
import type { MatmulShader } from './matmul/tile.ts';
import { isFloatStorage, product } from './wgsl.ts';

/** Multiplications below which a product is a matter of launching it, and the printer's short shader will do. */
const FEWEST_PRODUCTS = 1 << 15;

/** Whether a template can compute a product and is worth its longer shader. */
export function fitsMatmul(kernel: MatmulKernel): boolean {
  const { left, right, buffers, batch, rows, columns, inner } = kernel;
  if (right.quantized) return true;
  const floats = [left, right].every(
    ({ buffer }) => buffer < 0 || isFloatStorage(buffers[buffer]!.dtype),
  );
  return floats && product([...batch, rows, columns, inner]) >= FEWEST_PRODUCTS;
}

/**
 * A matrix product by the template that its shape calls for: tiles, tiles over ranges of the inner axis, or
 * few rows at a time; a quantized right operand is decoded where it is read. Sums are f32 whatever the operands'
 * storage. An epilogue whose packed outputs the template cannot store runs as a loop of its own.
 *
 * @param geometry in place of the table's choice, for tests and measurements
 */
export function planMatmul(kernel: MatmulKernel, target: Target, geometry?: Geometry): KernelPlan {
  if (product([...kernel.batch, kernel.rows, kernel.columns]) === 0) return nothing;
  if (kernel.second && geometry && !takesTwo(geometry)) return planTwo(kernel, target);
  const epilogue = printEpilogue(new Shader(kernel.name, kernel.buffers), kernel);
  if (!epilogue) return planSeparately(kernel, target, geometry);
  const chosen = geometry
    ? { problem: problemOf(kernel), geometry }
    : choose(problemOf(kernel), epilogue.width, target);
  const { problem, geometry: cut } = chosen;
  if (kernel.second && (!takesTwo(cut) || problem.swapped)) return planTwo(kernel, target);
  // Each invocation has one column there.
  if (cut.kind === 'codes' && epilogue.width > 1) return planSeparately(kernel, target, geometry);
  const spec: MatmulShader = {
    name: kernel.name,
    problem,
    prologue: kernel.prologue,
    target,
    buffers: kernel.buffers,
    shared: alsoRead(kernel),
    output: epilogueOutput(kernel),
  };
  return planProduct(spec, cut);
}

/** The second product into scratch, and the first. */
function planTwo(kernel: MatmulKernel, target: Target): KernelPlan {
  const { first, second, scratchBytes } = separateSecond(kernel);
  const plans = [planMatmul(second, target), planMatmul(first, target)];
  return sequence(plans, first.buffers.length, scratchBytes);
}

/** The product into scratch, and a loop over it. */
function planSeparately(kernel: MatmulKernel, target: Target, geometry?: Geometry): KernelPlan {
  const parts = separateEpilogue(kernel);
  const first = planMatmul(parts.product, target, geometry);
  const rest = printElementwise(parts.epilogue, target);
  const named = parts.product.buffers.length;
  const moved = rest.steps.map((step) => ({
    ...step,
    args: step.args.map((index) => (index < named ? index : index + first.scratchBytes.length)),
  }));
  return {
    steps: [...first.steps, ...moved],
    scratchBytes: [...parts.scratchBytes, ...first.scratchBytes, ...rest.scratchBytes],
  };
}

/** Buffers that the epilogue and the prologue load, and those of scales and offsets. */
function alsoRead({ epilogue, prologue, right, second }: MatmulKernel): ReadonlySet<number> {
  const loaded = [...epilogue, ...(prologue?.instructions ?? [])].flatMap((instruction) =>
    instruction.op === 'load' ? [instruction.access.buffer] : [],
  );
  const beside = [right, second].flatMap((operand) => (operand ? buffersOf(operand).slice(1) : []));
  return new Set([...loaded, ...beside]);
}
