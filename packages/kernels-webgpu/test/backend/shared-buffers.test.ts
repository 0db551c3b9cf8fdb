import {
  BackendDevice,
  bufferOfTensor,
  compile,
  registerDevice,
  setDefaultDevice,
  type Tensor,
  tensor,
  tensorOfBuffer,
  Variable,
} from '@llm/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { createWebGpuBackend, type WebGpuBackend } from '../../src/index.ts';

const usage = 128 | 8 | 4; // STORAGE, COPY_DST, COPY_SRC

describeWebGpu('buffers shared with other code on the device', () => {
  let backend: WebGpuBackend;
  let device: BackendDevice;
  let native: GPUDevice;
  beforeAll(async () => {
    backend = await createWebGpuBackend();
    device = new BackendDevice(backend);
    native = backend.device.native as GPUDevice;
    registerDevice('webgpu', async () => device);
    setDefaultDevice('webgpu');
  });
  afterAll(() => backend.dispose());

  it('are tensors, eagerly and in compiled functions, and stay the program’s', async () => {
    const own = native.createBuffer({ size: 24, usage });
    native.queue.writeBuffer(own, 0, Float32Array.of(1, 2, 3, 4, 5, 6));
    const pixels = tensorOfBuffer(device, backend.wrap(own, 24, 'pixels'), [2, 3]);
    expect(await pixels.sum(1).toArray()).toEqual([6, 15]);
    const twice = compile((x: Tensor) => x.add(x));
    expect(await (await twice(pixels)).toArray()).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
    native.queue.writeBuffer(own, 0, Float32Array.of(7)); // what was written later is seen later
    expect(await (await twice(pixels)).slice(0).toArray()).toEqual([14, 4, 6]);
    pixels.dispose();
    native.queue.writeBuffer(own, 0, Float32Array.of(8));
    own.destroy();
    expect(() => tensorOfBuffer(device, backend.allocate(4, 'small'), [2])).toThrow(
      'got a buffer of 4 bytes, wants 8 for f32 [2]',
    );
  });

  it('are handed out: of results, and of variables as they are', async () => {
    const read = async (value: Tensor, count: number) => {
      const target = native.createBuffer({ size: 4 * count, usage: 1 | 8 }); // MAP_READ, COPY_DST
      const encoder = native.createCommandEncoder();
      const source = backend.native(await bufferOfTensor(value)) as GPUBuffer;
      encoder.copyBufferToBuffer(source, 0, target, 0, 4 * count);
      native.queue.submit([encoder.finish()]);
      await target.mapAsync(1);
      return [...new Float32Array(target.getMappedRange())];
    };
    const sum = tensor([1, 2]).add(tensor([10, 20]));
    expect(await read(sum, 2)).toEqual([11, 22]);
    const weight = new Variable(tensor([3, 4]));
    weight.assign(weight.mul(2));
    expect(await read(weight, 2)).toEqual([6, 8]);
    sum.dispose();
    await expect(bufferOfTensor(sum)).rejects.toThrow('disposed');
  });
});
