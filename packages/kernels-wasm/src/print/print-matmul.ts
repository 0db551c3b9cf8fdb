import type {
  DType,
  Instruction,
  LoopKernel,
  MatmulKernel,
  MatrixAccess,
  Store,
} from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import { type MatmulDtype, type MatmulOperand, planMatmul } from '../kernels/matmul.ts';
import type { Target } from '../wasm/index.ts';
import { epilogueHook, fitsHook } from './epilogue.ts';
import { printLoop } from './print-loop.ts';

/**
 * The WebAssembly of a matrix product: the template, with the epilogue printed on its tiles. An
 * epilogue that calls long functions (`pow`, `sin`, …) runs as a kernel of its own instead.
 */
export function printMatmul(kernel: MatmulKernel, target: Target, key: string): KernelPlan {
  const { batch, rows, columns, inner, left, right, epilogue, buffers } = kernel;
  const spec = {
    m: rows,
    n: columns,
    k: inner,
    batch,
    a: operand(kernel, left),
    b: operand(kernel, right),
  };
  const named = buffers.map((_, index) => index);
  const main = kernel.stores.find((store) => isRowMajor(kernel, store));
  const isPlain =
    kernel.stores.length === 1 &&
    main &&
    (epilogue.length === 0 || epilogue[main.value]?.op === 'accumulator');
  if (isPlain) {
    return renumber(planMatmul(spec, target), [left.buffer, right.buffer, main.buffer], named);
  }
  // Without an output that can hold the sums as they come, they go to scratch.
  const sums = main && fitsHook(kernel) ? main.buffer : buffers.length;
  const sumBytes = 4 * batch.reduce((all, size) => all * size, 1) * rows * columns;
  const scratchBytes = sums === buffers.length ? [sumBytes] : [];
  const all = sums === buffers.length ? [...named, sums] : named;
  if (fitsHook(kernel)) {
    const hook = epilogueHook(kernel, key, sums === buffers.length ? undefined : main);
    const plan = planMatmul({ ...spec, epilogue: { hook } }, target);
    const order = [left.buffer, right.buffer, sums, ...named];
    return renumber(plan, order, all, scratchBytes);
  }
  const product = planMatmul(spec, target);
  const first = renumber(product, [left.buffer, right.buffer, sums], all, scratchBytes);
  // Elementwise, so without scratch of its own; its last buffer is the sums.
  const second = printLoop(separateEpilogue(kernel), target, `${key} epilogue`);
  return { steps: [...first.steps, ...second.steps], scratchBytes: first.scratchBytes };
}

function operand({ buffers }: MatmulKernel, access: MatrixAccess): MatmulOperand {
  const { dtype } = buffers[access.buffer]!;
  if (!isStorage(dtype)) {
    throw new TypeError(
      `matmul: operands are f32, f16 or bf16: got ${dtype}; cast with .to('f32')`,
    );
  }
  return {
    dtype,
    offset: access.offset,
    batchStrides: access.batchStrides,
    rowStride: access.rowStride,
    colStride: access.columnStride,
  };
}

function isStorage(dtype: DType): dtype is MatmulDtype {
  return dtype === 'f32' || dtype === 'f16' || dtype === 'bf16';
}

/** Whether a store fills an f32 buffer in the order of the index space. */
function isRowMajor({ buffers, batch, rows, columns }: MatmulKernel, store: Store): boolean {
  let stride = 1;
  const axes = [...batch, rows, columns];
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    if (axes[axis] !== 1 && store.strides[axis] !== stride) return false;
    stride *= axes[axis]!;
  }
  return buffers[store.buffer]!.dtype === 'f32' && store.offset === 0;
}

/** The epilogue as a loop over the stored sums. */
function separateEpilogue(kernel: MatmulKernel): LoopKernel {
  const { batch, rows, columns, buffers } = kernel;
  const axes = [...batch, rows, columns];
  const strides = axes.map((_, axis) => axes.slice(axis + 1).reduce((all, size) => all * size, 1));
  const sums = {
    dtype: 'f32' as const,
    size: axes.reduce((a, b) => a * b, 1),
    access: 'read' as const,
  };
  const instructions = kernel.epilogue.map((instruction): Instruction => {
    if (instruction.op !== 'accumulator') return instruction;
    return { op: 'load', access: { buffer: buffers.length, offset: 0, strides }, type: 'f32' };
  });
  return {
    kind: 'loop',
    name: `${kernel.name} epilogue`,
    buffers: [...buffers, sums],
    axes,
    reduces: false,
    instructions,
    stores: kernel.stores,
  };
}

/** The plan with its buffer `i` called `order[i]`; its scratch follows `all`, of which `extra` is scratch too. */
function renumber(
  plan: KernelPlan,
  order: readonly number[],
  all: readonly number[],
  extra: readonly number[] = [],
): KernelPlan {
  const scratch = plan.scratchBytes.map((_, index) => all.length + index);
  const names = [...order, ...scratch];
  const steps = plan.steps.map((step) => ({
    ...step,
    args: step.args.map((index) => names[index]!),
  }));
  return { steps, scratchBytes: [...extra, ...plan.scratchBytes] };
}
