/**
 * Tensors over buffers of a backend, so that other code on the same device shares values without a copy.
 *
 * @module
 */
import type { BackendBuffer } from './backend/interface.ts';
import type { BackendDevice } from './backend-device.ts';
import { DeviceStorage } from './device-storage.ts';
import { noteRealized } from './disposal.ts';
import { type DType, storedBytes } from './dtype.ts';
import { leaf } from './graph.ts';
import { input } from './ops/leaf.ts';
import { prepareNodes, refuseInTrace } from './runtime.ts';
import { checkShape, format, type Shape, sizeOf } from './shape.ts';
import { Tensor } from './tensor.ts';

/**
 * A tensor over a buffer of the device's backend, without a copy. The buffer is released with the tensor's last
 * reference, or by `dispose`; one that the program wrapped stays the program's.
 *
 * @param buffer elements in row-major order, from its beginning
 * @example
 * const buffer = backend.wrap(gpuBuffer, 4 * 6, 'camera');
 * const pixels = tensorOfBuffer(device, buffer, [2, 3]);
 * @throws RangeError if the buffer is too small for the shape
 */
export function tensorOfBuffer(
  device: BackendDevice,
  buffer: BackendBuffer,
  shape: Shape,
  dtype: DType = 'f32',
): Tensor {
  checkShape(shape, 'tensorOfBuffer');
  const wanted = storedBytes(dtype, sizeOf(shape));
  if (buffer.bytes < wanted) {
    throw new RangeError(
      `tensorOfBuffer: got a buffer of ${buffer.bytes} bytes, wants ${wanted} for ${dtype} ${format(shape)}`,
    );
  }
  const node = leaf(input, { index: 0 }, { shape, dtype }, { device });
  node.storage = device.adopt(buffer);
  noteRealized([node]);
  return new Tensor(node);
}

/**
 * The backend's buffer that holds a tensor's value, computed if need be: for code that reads it on the device, as long
 * as the tensor is kept. A variable has another one after its next update.
 *
 * @throws TypeError for a device that is not made of a backend. @throws Error inside a compiled function
 */
export async function bufferOfTensor(tensor: Tensor): Promise<BackendBuffer> {
  refuseInTrace('bufferOfTensor');
  const { node } = tensor;
  await prepareNodes([node]);
  const { storage } = node;
  if (storage instanceof DeviceStorage && !storage.released) {
    await storage.writer?.done; // what other code submits must come after it
    return storage.buffer;
  }
  throw new TypeError('bufferOfTensor: the tensor was disposed, or its device has no buffers');
}
