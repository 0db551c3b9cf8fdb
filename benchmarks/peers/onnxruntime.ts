/**
 * onnxruntime-node, native code on the CPU.
 *
 * @module
 */
import { loadPeer, peerVersion } from './install.ts';
import { matmulModel } from './onnx-model.ts';

interface OrtTensor {
  readonly data: Float32Array;
}

interface Ort {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => OrtTensor;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: Record<string, unknown>,
    ): Promise<{
      run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
      release(): Promise<void>;
    }>;
  };
}

/** Name of the package, and of its rows. */
export const ONNXRUNTIME = 'onnxruntime-node';

/** A matrix product in onnxruntime: `[m, k]` times `[k, n]`. */
export interface OrtMatmul {
  readonly version: string;
  readonly threads: number;
  run(a: Float32Array, b: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens a session whose model is one MatMul with both operands as inputs, so that nothing is pre-packed. */
export async function openOrtMatmul(
  m: number,
  k: number,
  n: number,
  threads: number,
): Promise<OrtMatmul> {
  const ort = loadPeer<Ort>(ONNXRUNTIME);
  const session = await ort.InferenceSession.create(matmulModel(m, k, n), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // its threads may spin while they wait inside a run, but not into the next contender's time
    extra: { session: { force_spinning_stop: '1' } },
  });
  return {
    version: peerVersion(ONNXRUNTIME),
    threads,
    async run(a, b) {
      const { c } = await session.run({
        a: new ort.Tensor('float32', a, [m, k]),
        b: new ort.Tensor('float32', b, [k, n]),
      });
      return c!.data;
    },
    close: () => session.release(),
  };
}
