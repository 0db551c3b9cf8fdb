import type { CoarseKernel, CoarseOperand } from '../ir/kernel.ts';
import { contiguousStrides } from '../shape.ts';
import { WgslCall } from '../wgsl-call.ts';
import { BufferTable, type EmittedKernel } from './emitted.ts';
import { type Vertex, viewOf } from './vertex.ts';

/** Writes the kernel of a coarse operation, which is whatever the device has for it. */
export function emitCoarse(host: Vertex): EmittedKernel {
  const table = new BufferTable();
  const inputs = host.inputs.map((edge): CoarseOperand => {
    const { dtype } = edge.source.outputs[edge.output]!;
    const view = viewOf(edge);
    const { offset, shape } = view;
    return {
      buffer: table.local(edge.source, edge.output, 'read'),
      offset,
      shape,
      dtype,
      // Axes of size 1 keep any stride in a view; row-major kernels want the usual one.
      strides: view.isIdentity ? contiguousStrides(shape) : view.strides,
    };
  });
  const outputs = host.outputs.map(
    ({ shape, dtype }, output): CoarseOperand => ({
      buffer: table.local(host, output, 'write'),
      offset: 0,
      shape,
      dtype,
      strides: contiguousStrides(shape),
    }),
  );
  const kernel: CoarseKernel = {
    kind: 'coarse',
    name: host.attributes instanceof WgslCall ? host.attributes.name : host.name,
    operation: host.name,
    attributes: host.attributes,
    buffers: table.buffers,
    inputs,
    outputs,
  };
  return { kernel, values: table.values, scope: host.scope };
}
