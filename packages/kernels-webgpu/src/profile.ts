import type { StepTiming } from '@llm/tensor/backend';
import { bufferUsage } from './constants.ts';
import { type Dispatch, PartCopy } from './dispatch.ts';
import { Readback } from './readback.ts';
import type { Replay } from './replay.ts';

/** Timestamps of a query set; WebGPU allows no more. */
const mostTimestamps = 4096;

/** Runs a plan with a pass per dispatch, between two timestamps each; times are summed per step of the plan. */
export async function profileReplay(device: GPUDevice, replay: Replay): Promise<StepTiming[]> {
  const { plan } = replay;
  const timed: Dispatch[] = [];
  replay.forEach((operation) => {
    if (!(operation instanceof PartCopy)) timed.push(operation);
  });
  const sets: GPUQuerySet[] = [];
  const perSet = mostTimestamps / 2;
  const size = Math.max(16, 16 * timed.length);
  const usage = bufferUsage.queryResolve | bufferUsage.copySource;
  const stamps = device.createBuffer({ size, usage, label: 'timestamps' });
  const encoder = device.createCommandEncoder();
  let count = 0;
  replay.forEach((operation, iteration) => {
    if (operation instanceof PartCopy) {
      operation.encode(encoder, iteration);
      return;
    }
    const at = (count % perSet) * 2;
    if (at === 0) {
      const stampCount = 2 * Math.min(perSet, timed.length - count);
      sets.push(device.createQuerySet({ type: 'timestamp', count: stampCount }));
    }
    count++;
    const timestampWrites = {
      querySet: sets.at(-1)!,
      beginningOfPassWriteIndex: at,
      endOfPassWriteIndex: at + 1,
    };
    const { compiled, group, kernel } = operation;
    const pass = encoder.beginComputePass({ label: kernel.name, timestampWrites });
    pass.setPipeline(compiled.pipeline!);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...kernel.workgroups);
    pass.end();
  });
  sets.forEach((set, i) => {
    encoder.resolveQuerySet(set, 0, set.count, stamps, 16 * perSet * i);
  });
  device.queue.submit([encoder.finish()]);
  const readback = new Readback(device);
  const bytes = await readback.read(stamps, 0, 16 * timed.length);
  readback.dispose();
  stamps.destroy();
  for (const set of sets) set.destroy();
  const nanoseconds = new BigUint64Array(bytes.buffer);
  const milliseconds = new Float64Array(plan.steps.length);
  timed.forEach(({ step }, i) => {
    // A GPU that changes its clock may count backwards.
    milliseconds[step]! += Math.max(0, Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1e6);
  });
  return plan.steps.map(({ kernel, scope }, step) => ({
    name: kernel.name,
    scope,
    milliseconds: milliseconds[step]!,
  }));
}
