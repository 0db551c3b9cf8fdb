/**
 * What comes of a group: a kernel, and what lies in its buffers.
 *
 * @module
 */
import type { DType } from '../dtype.ts';
import type { Kernel, KernelBuffer } from '../ir/kernel.ts';
import { sizeOf } from '../shape.ts';
import type { Vertex } from './vertex.ts';

/** A kernel and, for each of its local buffers, the value that lies there. */
export interface EmittedKernel {
  readonly kernel: Kernel;
  readonly values: readonly BufferValue[];
  readonly scope: string;
}

/** What a kernel's buffer holds: an output of a vertex, or all host scalars of the plan. */
export type BufferValue =
  | { readonly kind: 'output'; readonly vertex: Vertex; readonly output: number }
  | { readonly kind: 'scalars' };

/** Host scalars that one plan can have. */
export const scalarCapacity = 1024;

/** Local numbers for the buffers of one kernel. */
export class BufferTable {
  readonly buffers: KernelBuffer[] = [];
  readonly values: BufferValue[] = [];

  local(vertex: Vertex, output: number, access: 'read' | 'write'): number {
    const found = this.values.findIndex(
      (value) => value.kind === 'output' && value.vertex === vertex && value.output === output,
    );
    if (found >= 0) return found;
    const { shape, dtype } = vertex.outputs[output]!;
    return this.#append({ dtype, size: sizeOf(shape), access }, { kind: 'output', vertex, output });
  }

  /** The plan's scalars, seen as one dtype. */
  scalars(dtype: DType): number {
    const found = this.values.findIndex(
      (value, i) => value.kind === 'scalars' && this.buffers[i]!.dtype === dtype,
    );
    if (found >= 0) return found;
    return this.#append({ dtype, size: scalarCapacity, access: 'read' }, { kind: 'scalars' });
  }

  #append(buffer: KernelBuffer, value: BufferValue): number {
    this.buffers.push(buffer);
    this.values.push(value);
    return this.values.length - 1;
  }
}
