import type { WebGpuBackend } from '@llm/kernels-webgpu';
import { compile, realize, type Tensor, tensor } from '@llm/tensor';
import { normals, uniform } from '../../../gpt/weights.ts';
import { type Figures, timeOf } from './figures.ts';

/** Products in one submit, each with the result of the one before. */
const LAUNCHES = 4;

/** f32 products in GFLOP/s, and their share of what multiply-adds without memory reach. */
export async function measureProducts(
  figures: Figures,
  backend: WebGpuBackend,
  quick: boolean,
): Promise<void> {
  const peak = await peakRate(backend, quick);
  figures.add('f32 multiply-adds in registers', peak, 'GFLOP/s');
  for (const side of quick ? [128, 256] : [2048, 4096]) {
    const next = uniform(side);
    const matrix = () => tensor(normals(side * side, 1 / Math.sqrt(side), next), [side, side]);
    const [left, right] = [matrix(), matrix()];
    await realize(left, right);
    const multiply = compile((start: Tensor) => {
      let x = start;
      for (let launch = 0; launch < LAUNCHES; launch += 1) x = x.matmul(right);
      return x;
    });
    const milliseconds = await timeOf(async () => {
      const result = await multiply(left);
      await result.slice([0, 1], [0, 1]).item();
      result.dispose();
    });
    const rate = (2e-6 * side ** 3 * LAUNCHES) / milliseconds;
    const share = `${Math.round((100 * rate) / peak)} % of it`;
    figures.add(`matmul ${side}³`, rate, 'GFLOP/s', share);
    multiply.dispose();
    left.dispose();
    right.dispose();
  }
}

const THREADS = 64;
const STEPS = 256;
const SUMS = 8;

/** Eight independent sums of four in each invocation, so that none waits for its own last result. */
const shader = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(f32(id.x & 1u) * 0.5f);
  ${Array.from({ length: SUMS }, (_, i) => `var sum${i} = vec4f(f32(id.x + ${i}u));`).join('\n  ')}
  for (var step = 0u; step < ${STEPS}u; step++) {
    ${Array.from({ length: SUMS }, (_, i) => `sum${i} = fma(sum${i}, factor, factor);`).join('\n    ')}
  }
  let sum = ${Array.from({ length: SUMS }, (_, i) => `sum${i}`).join(' + ')};
  out[id.x & 63u] = sum.x + sum.y + sum.z + sum.w;
}`;

async function peakRate(backend: WebGpuBackend, quick: boolean): Promise<number> {
  const native = backend.device.native as GPUDevice;
  const workgroups = quick ? 16 : 1 << 15;
  const buffer = native.createBuffer({ size: 256, usage: 0x80 }); // storage
  const pipeline = await native.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: native.createShaderModule({ code: shader }) },
  });
  const group = native.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const milliseconds = await timeOf(async () => {
    const encoder = native.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups);
    pass.end();
    native.queue.submit([encoder.finish()]);
    await native.queue.onSubmittedWorkDone();
  });
  buffer.destroy();
  return (2e-6 * 4 * SUMS * STEPS * THREADS * workgroups) / milliseconds;
}
