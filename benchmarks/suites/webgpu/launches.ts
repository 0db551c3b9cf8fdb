/**
 * What launching costs: plans that are nothing but dispatches.
 *
 * @module
 */
import type { WebGpuBackend } from '@llm/kernels-webgpu';
import type { KernelBuffer, LoopKernel, Plan, PlanBuffer } from '@llm/tensor/backend';

/** out = 1.5 · in, over `size` numbers. */
function scaleKernel(size: number): LoopKernel {
  const buffer = (access: KernelBuffer['access']): KernelBuffer => ({ dtype: 'f32', size, access });
  return {
    kind: 'loop',
    name: 'scale',
    reduces: false,
    axes: [size],
    buffers: [buffer('read'), buffer('write')],
    instructions: [
      { op: 'load', access: { buffer: 0, offset: 0, strides: [1] }, type: 'f32' },
      { op: 'constant', value: 1.5, type: 'f32' },
      { op: 'binary', operator: 'mul', left: 0, right: 1, type: 'f32' },
    ],
    stores: [{ value: 2, buffer: 1, offset: 0, strides: [1] }],
  };
}

/**
 * A plan of `count` launches, each of which multiplies `size` numbers of binding 0 or 1 by 1.5 into the other; the
 * first reads binding 0.
 */
export function scalePlan(size: number, count: number): Plan {
  const kernel = scaleKernel(size);
  const binding = (index: number): PlanBuffer => ({ kind: 'binding', index, bytes: 4 * size });
  return {
    steps: Array.from({ length: count }, (_, step) => ({
      kernel,
      buffers: step % 2 === 0 ? [0, 1] : [1, 0],
      scratch: [],
      scope: '',
    })),
    buffers: [binding(0), binding(1)],
    bindings: 2,
    arenaBytes: 0,
  };
}

/** A plan's runs on two buffers of its size: `run` encodes and submits before it returns its promise. */
export async function openScale(
  backend: WebGpuBackend,
  size: number,
  count: number,
): Promise<{ run(): Promise<void>; close(): void }> {
  const program = backend.prepare(scalePlan(size, count));
  const buffers = [0, 1].map((index) => backend.allocate(4 * size, `scale ${index}`));
  await backend.run(program, buffers); // compiles
  return {
    run: () => backend.run(program, buffers),
    close() {
      program.dispose();
      for (const buffer of buffers) backend.release(buffer);
    },
  };
}
