import type { LoopKernel } from '@llm/tensor/backend';
import type { Kernel, KernelPlan } from '../kernel.ts';
import { ModuleBuilder, type Target } from '../wasm/index.ts';
import { analyze } from './analysis.ts';
import { collapse } from './collapse.ts';
import { Library } from './library.ts';
import { keptRowBytes, LoopBody } from './loop-body.ts';
import { LoopPrinter } from './loop-printer.ts';
import { type Parts, type Schedule, schedule } from './schedule.ts';
import { splitReduction } from './split-reduction.ts';

/**
 * The WebAssembly of a loop kernel: one kernel, or two for a reduction with few long rows.
 * Buffers keep the kernel's order; scratch follows.
 *
 * @param key - what kernels with the same code share; shown in errors and profiles
 */
export function printLoop(kernel: LoopKernel, target: Target, key: string): KernelPlan {
  const collapsed = collapse(kernel);
  const split = splitReduction(collapsed, analyze(collapsed));
  if (!split) return printOne(collapsed, target, key);
  const named = kernel.buffers.map((_, index) => index);
  const scratch = split.scratchBytes.map((_, index) => named.length + index);
  const partial = printOne(split.partial, target, `${key} parts`, split.parts);
  const combining = printOne(split.combining, target, `${key} combining`);
  const steps = [...partial.steps, ...combining.steps].map((step) => ({
    ...step,
    args: [...named, ...scratch],
  }));
  return { steps, scratchBytes: split.scratchBytes };
}

function printOne(kernel: LoopKernel, target: Target, key: string, parts?: Parts): KernelPlan {
  const collapsed = collapse(kernel);
  const analysis = analyze(collapsed);
  const plan = schedule(collapsed, analysis, parts);
  if (plan.items === 0) return { steps: [], scratchBytes: [] };
  const module = new ModuleBuilder(target);
  const library = new Library(module);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) =>
    new LoopPrinter(new LoopBody(f, library, collapsed, analysis, plan)).print(args, begin, end),
  );
  const printed: Kernel = { key, bytes: module.finish(), chunks: plan.chunks };
  const scratchBytes = keptBytes(plan, keptRowBytes(collapsed));
  const count = kernel.buffers.length + scratchBytes.length;
  const args = Array.from({ length: count }, (_, index) => index);
  return { steps: [{ kernel: printed, args }], scratchBytes };
}

function keptBytes(plan: Schedule, rowBytes: number): number[] {
  return plan.kept.size === 0 ? [] : [plan.chunks * plan.kept.size * rowBytes];
}
