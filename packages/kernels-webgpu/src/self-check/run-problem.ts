import { bufferUsage } from '../constants.ts';
import { SelfCheckError } from '../errors.ts';
import type { KernelPlan } from '../kernel.ts';
import type { PipelineCache } from '../pipelines.ts';
import { Readback } from '../readback.ts';
import type { Problem, Words } from './problem.ts';

/**
 * Runs a problem's kernels and compares.
 *
 * @throws SelfCheckError for the first element that is wrong
 */
export async function runProblem(
  { kernel, contents, expected, tolerance }: Problem,
  plan: KernelPlan,
  pipelines: PipelineCache,
  adapter: string,
): Promise<void> {
  const { device } = pipelines;
  const compiled = plan.steps.map((step) => pipelines.get(step.kernel));
  await Promise.all(compiled.map(({ ready }) => ready));
  const scratch = plan.scratchBytes.map((bytes) => new Float32Array(Math.ceil(bytes / 4)));
  const buffers = [...contents, ...scratch].map((words) => upload(device, words));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  plan.steps.forEach(({ kernel, args }, step) => {
    const { pipeline, layout } = compiled[step]!;
    const entries = args.map((at, binding) => ({ binding, resource: { buffer: buffers[at]! } }));
    pass.setPipeline(pipeline!);
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    pass.dispatchWorkgroups(...kernel.workgroups);
  });
  pass.end();
  device.queue.submit([encoder.finish()]);
  const readback = new Readback(device);
  const written = buffers.filter((_, i) => kernel.buffers[i]?.access === 'write');
  const results = await Promise.all(
    expected.map(({ byteLength }, i) => readback.read(written[i]!, 0, byteLength)),
  );
  readback.dispose();
  for (const buffer of buffers) buffer.destroy();
  results.forEach(({ buffer }, i) => {
    const want = expected[i]!;
    const got = want instanceof Float32Array ? new Float32Array(buffer) : new Int32Array(buffer);
    const at = firstWrong(got, want, tolerance);
    if (at < 0) return;
    const names = [...new Set(plan.steps.map(({ kernel }) => kernel.name))];
    throw new SelfCheckError(adapter, names, { at, got: got[at]!, want: want[at]! });
  });
}

function upload(device: GPUDevice, words: Words): GPUBuffer {
  const { storage, copySource, copyTarget } = bufferUsage;
  const usage = storage | copySource | copyTarget;
  const buffer = device.createBuffer({ size: Math.max(4, words.byteLength), usage });
  device.queue.writeBuffer(buffer, 0, words as Words & ArrayBufferView<ArrayBuffer>);
  return buffer;
}

/** Position of the first element further from what it should be than the tolerance, NaN included; -1 for none. */
function firstWrong(got: Words, want: Words, tolerance: number): number {
  for (let i = 0; i < want.length; i++) {
    if (!(Math.abs(got[i]! - want[i]!) <= tolerance)) return i;
  }
  return -1;
}
