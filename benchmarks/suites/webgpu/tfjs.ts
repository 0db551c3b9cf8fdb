/**
 * TensorFlow.js on its WebGPU backend.
 *
 * @module
 */
import { loadPeer, peerVersion } from '../../peers/install.ts';
import type { Tf, TfTensor } from '../../peers/tfjs.ts';

/** Name of the package, and of its rows. */
export const TFJS_WEBGPU = '@tensorflow/tfjs-backend-webgpu';

/** A tensor whose values come asynchronously, as WebGPU's must. */
interface DeviceTensor extends TfTensor {
  data(): Promise<Float32Array>;
}

/** The part of TensorFlow.js used here. */
export interface TfWebGpu extends Pick<Tf, 'setBackend' | 'ready' | 'tensor'> {
  matMul(a: TfTensor, b: TfTensor): DeviceTensor;
}

/** TensorFlow.js, its backend set to WebGPU; wants `navigator.gpu`. */
export async function loadTfjsWebGpu(): Promise<{ tf: TfWebGpu; version: string }> {
  const tf = loadPeer<TfWebGpu>('@tensorflow/tfjs-core');
  loadPeer<unknown>(TFJS_WEBGPU); // registers the backend
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs: its WebGPU backend did not start');
  await tf.ready();
  return { tf, version: peerVersion(TFJS_WEBGPU) };
}
