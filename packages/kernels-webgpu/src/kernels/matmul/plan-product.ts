import type { KernelBuffer } from '@llm/tensor/backend';
import type { KernelPlan } from '../../kernel.ts';
import { addRangesStep } from './add-ranges.ts';
import { codesStep } from './codes.ts';
import { directStep } from './direct.ts';
import type { Geometry } from './geometry.ts';
import { plainOutput } from './output.ts';
import { sums } from './problem.ts';
import { sharedRowsStep } from './shared-rows.ts';
import { type MatmulShader, tileStep } from './tile.ts';
import { vectorStep } from './vector.ts';

/** The kernels of a product that is cut in a certain way. Scratch follows the shader's buffers. */
export function planProduct(spec: MatmulShader, geometry: Geometry): KernelPlan {
  if (geometry.kind === 'direct') return { steps: [directStep(spec, geometry)], scratchBytes: [] };
  if (geometry.kind === 'shared-rows') {
    return { steps: [sharedRowsStep(spec, geometry)], scratchBytes: [] };
  }
  if (geometry.kind === 'codes') return { steps: [codesStep(spec)], scratchBytes: [] };
  if (geometry.kind === 'vector') return { steps: [vectorStep(spec, geometry)], scratchBytes: [] };
  if (geometry.splits === 1) return { steps: [tileStep(spec, geometry)], scratchBytes: [] };

  const parts = spec.buffers.length;
  const size = sums(spec.problem) * geometry.splits;
  const scratch = (access: KernelBuffer['access']): readonly KernelBuffer[] => [
    ...spec.buffers,
    { dtype: 'f32', size, access },
  ];
  const ranges: MatmulShader = {
    ...spec,
    buffers: scratch('write'),
    shared: new Set(),
    output: plainOutput(parts),
  };
  return {
    steps: [
      tileStep(ranges, geometry),
      addRangesStep({ ...spec, buffers: scratch('read') }, parts, geometry.splits),
    ],
    scratchBytes: [size * 4],
  };
}
