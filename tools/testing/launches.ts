/**
 * What a WebGPU backend launches, counted on its device.
 *
 * @module
 */
import type { WebGpuBackend } from '@llm/kernels-webgpu';

/** Counts of a device since `watchLaunches`. */
export interface Launches {
  dispatches: number;
  submits: number;
}

/** Counts dispatches and submits of a backend's device from now on. */
export function watchLaunches(backend: WebGpuBackend): Launches {
  const native = backend.device.native as GPUDevice;
  const counts: Launches = { dispatches: 0, submits: 0 };
  const createEncoder = native.createCommandEncoder.bind(native);
  native.createCommandEncoder = (descriptor) => {
    const encoder = createEncoder(descriptor);
    const beginPass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (settings) => {
      const pass = beginPass(settings);
      const dispatch = pass.dispatchWorkgroups.bind(pass);
      pass.dispatchWorkgroups = (x, y, z) => {
        counts.dispatches += 1;
        return dispatch(x, y, z);
      };
      return pass;
    };
    return encoder;
  };
  const submit = native.queue.submit.bind(native.queue);
  native.queue.submit = (commands) => {
    counts.submits += 1;
    return submit(commands);
  };
  return counts;
}
