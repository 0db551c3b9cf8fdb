import type { WebGpuBackend } from '@llm/kernels-webgpu';
import { compile, realize, type Tensor, tensor } from '@llm/tensor';
import { normals, uniform } from '../../../gpt/weights.ts';
import { openScale } from '../launches.ts';
import { type Figures, timeOf } from './figures.ts';

/** Launches in one submit, so that what a submit costs does not count. */
const LAUNCHES = 16;

/** Rates in GB/s, bytes read and written: the device's own copy, an elementwise kernel, matrix times vector. */
export async function measureMemory(
  figures: Figures,
  backend: WebGpuBackend,
  quick: boolean,
): Promise<void> {
  const size = quick ? 1 << 20 : 1 << 26; // numbers
  const copied = await copyRate(backend, 4 * size);
  figures.add('buffer copy', copied, 'GB/s', `${(4 * size) / 2 ** 20} MiB`);
  const share = (rate: number) => `${Math.round((100 * rate) / copied)} % of the copy`;

  const scale = await openScale(backend, size, LAUNCHES);
  const scaled = (8e-6 * size * LAUNCHES) / (await timeOf(scale.run));
  scale.close();
  figures.add('multiply by a number', scaled, 'GB/s', share(scaled));

  const side = quick ? 1024 : 8192;
  const next = uniform(5);
  const weight = tensor(normals(side * side, 1 / Math.sqrt(side), next), [side, side]);
  const vector = tensor(normals(side, 1, next), [1, side]);
  await realize(weight, vector);
  const multiply = compile((start: Tensor) => {
    let x = start;
    for (let launch = 0; launch < LAUNCHES; launch += 1) x = x.matmul(weight.transpose(0, 1));
    return x;
  });
  const milliseconds = await timeOf(async () => {
    const result = await multiply(vector);
    await result.data(); // a row
    result.dispose();
  });
  const rate = (4e-6 * side * side * LAUNCHES) / milliseconds;
  figures.add(`matrix-vector ${side}²`, rate, 'GB/s', share(rate));
  multiply.dispose();
  weight.dispose();
  vector.dispose();
}

async function copyRate(backend: WebGpuBackend, size: number): Promise<number> {
  const native = backend.device.native as GPUDevice;
  const usage = 0x4 | 0x8; // copy source, copy target
  const [from, to] = [0, 1].map(() => native.createBuffer({ size, usage })) as [
    GPUBuffer,
    GPUBuffer,
  ];
  const milliseconds = await timeOf(async () => {
    const encoder = native.createCommandEncoder();
    for (let launch = 0; launch < LAUNCHES; launch += 1) {
      encoder.copyBufferToBuffer(from, 0, to, 0, size);
    }
    native.queue.submit([encoder.finish()]);
    await native.queue.onSubmittedWorkDone();
  });
  from.destroy();
  to.destroy();
  return (2e-6 * size * LAUNCHES) / milliseconds;
}
