import type { CoarseKernel, CoarseOperand, Spec } from '@llm/tensor/backend';
import { gridOf, type KernelPlan, type KernelStep, nothing, type Target } from '../kernel.ts';
import { Shader } from '../print/shader.ts';
import { digits, dot, product, u32 } from './wgsl.ts';

const threads = 64;

/** Whether the template can replace a slice: of whole words. */
export function supportsUpdateSlice(_: unknown, inputs: readonly Spec[]): boolean {
  return ['f32', 'i32', 'u32'].includes(inputs[0]!.dtype);
}

/**
 * A slice replaced along an axis: `out = x`, but for the update's elements, an invocation for each. The copy of x falls
 * away where x and the output are one buffer, as when a variable is assigned: a key/value cache costs what is new in it.
 *
 * Inputs: x, the update, whose rows may lie anywhere, and the position of its first element, an i32 scalar.
 */
export function planUpdateSlice(kernel: CoarseKernel, target: Target): KernelPlan {
  const [x, update] = kernel.inputs as [CoarseOperand, CoarseOperand];
  if (product(x.shape) === 0) return nothing;
  const copy: KernelStep = { ...copyStep(kernel, target), onlyCopies: true };
  if (product(update.shape) === 0) return { steps: [copy], scratchBytes: [] };
  return { steps: [copy, sliceStep(kernel, target)], scratchBytes: [] };
}

function copyStep(kernel: CoarseKernel, target: Target): KernelStep {
  const x = kernel.inputs[0]!;
  const out = kernel.outputs[0]!;
  const size = product(x.shape);
  const shader = new Shader(`${kernel.name} (rest)`, kernel.buffers);
  const workgroups = gridOf(Math.ceil(size / threads), target);
  const body = `let i = (group.x + group.y * ${u32(workgroups[0])}) * ${u32(threads)} + thread;
if (i >= ${u32(size)}) { return; }
${shader.buffer(out.buffer)}[${u32(out.offset)} + i] = ${shader.buffer(x.buffer)}[${u32(x.offset)} + i];`;
  return shader.finish(body, threads, workgroups);
}

function sliceStep(kernel: CoarseKernel, target: Target): KernelStep {
  const { axis } = kernel.attributes as { axis: number };
  const [x, update, start] = kernel.inputs as [CoarseOperand, CoarseOperand, CoarseOperand];
  const out = kernel.outputs[0]!;
  const size = product(update.shape);
  const shader = new Shader(kernel.name, kernel.buffers);
  const workgroups = gridOf(Math.ceil(size / threads), target);
  const names = update.shape.map((_, i) => `i${i}`);
  // A position before the beginning wraps around to one behind the end.
  const places = names.with(axis, 'place');
  const body = `let i = (group.x + group.y * ${u32(workgroups[0])}) * ${u32(threads)} + thread;
if (i >= ${u32(size)}) { return; }
${digits('i', update.shape, names)}
let place = i${axis} + bitcast<u32>(${shader.buffer(start.buffer)}[${u32(start.offset)}]);
if (place >= ${u32(x.shape[axis]!)}) { return; }
${shader.buffer(out.buffer)}[${u32(out.offset)} + ${dot(places, out.strides)}] =
  ${shader.buffer(update.buffer)}[${u32(update.offset)} + ${dot(names, update.strides)}];`;
  return shader.finish(body, threads, workgroups);
}
