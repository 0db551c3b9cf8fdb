import { getDevice } from './device.ts';
import { leaf } from './graph.ts';
import { data } from './ops/leaf.ts';
import { readNode } from './runtime.ts';
import { Tensor } from './tensor.ts';

/**
 * A tensor with the same value on another device, by way of the host; the tensor itself where it lies there already.
 *
 * @param device its name, such as `'wasm'` or `'webgpu'`
 * @throws Error for a name that is not registered. @throws Error inside a compiled function
 */
export async function toDevice(tensor: Tensor, device: string): Promise<Tensor> {
  const to = await getDevice(device);
  if (tensor.device === to) return tensor;
  const bytes = await readNode(tensor.node);
  const { shape, dtype } = tensor;
  return new Tensor(leaf(data, { bytes }, { shape, dtype }, { device: to }));
}
