import { PartCopy } from './dispatch.ts';
import type { Replay } from './replay.ts';

/**
 * Sends a plan's kernels to the device: one pass with all dispatches, interrupted by copies only, and one submit.
 *
 * @returns a promise for the end of the work
 */
export function encodeReplay(device: GPUDevice, replay: Replay): Promise<void> {
  const encoder = device.createCommandEncoder();
  let pass: GPUComputePassEncoder | undefined;
  let current: GPUComputePipeline | undefined;
  replay.forEach((operation, iteration) => {
    if (operation instanceof PartCopy) {
      pass?.end();
      pass = undefined;
      operation.encode(encoder, iteration);
      return;
    }
    if (!pass) [pass, current] = [encoder.beginComputePass(), undefined];
    const { compiled, group, kernel } = operation;
    if (compiled.pipeline !== current) {
      current = compiled.pipeline!;
      pass.setPipeline(current);
    }
    pass.setBindGroup(0, group);
    const [x, y, z] = kernel.workgroups;
    pass.dispatchWorkgroups(x, y, z);
  });
  pass?.end();
  device.queue.submit([encoder.finish()]);
  return device.queue.onSubmittedWorkDone();
}
