import type { LoopKernel } from '../ir/kernel.ts';

/** A kernel that copies `size` elements. */
export function copyKernel(
  dtype: LoopKernel['buffers'][number]['dtype'],
  size: number,
): LoopKernel {
  const type =
    dtype === 'bool' || dtype === 'u32'
      ? dtype
      : ['f32', 'f16', 'bf16'].includes(dtype)
        ? 'f32'
        : 'i32';
  return {
    kind: 'loop',
    name: 'copy',
    buffers: [
      { dtype, size, access: 'read' },
      { dtype, size, access: 'write' },
    ],
    axes: [size],
    reduces: false,
    instructions: [{ op: 'load', access: { buffer: 0, offset: 0, strides: [1] }, type }],
    stores: [{ value: 0, buffer: 1, offset: 0, strides: [1] }],
  };
}
