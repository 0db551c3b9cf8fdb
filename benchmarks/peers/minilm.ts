/**
 * all-MiniLM-L6-v2 in other libraries: onnxruntime's native and WebAssembly builds, which transformers.js computes
 * with, and PyTorch.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { minilm } from '../../tools/pretrained/weights.ts';
import { type Contender, Unavailable } from '../harness/case.ts';
import { loadPeer, peerVersion } from './install.ts';
import { findTorchPython, JsonLines, TORCH_2 } from './torch.ts';

interface OrtTensor {
  readonly data: Float32Array;
}

interface Ort {
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => OrtTensor;
  readonly env: { readonly wasm: { numThreads: number } };
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

/** Tokens of a round: [batch, length], none of them padding. */
export interface Tokens {
  readonly batch: number;
  readonly length: number;
  readonly ids: Int32Array<ArrayBuffer>;
}

/** Makes the tokens of a round. */
export type TokensOf = (round: number) => Tokens;

/** Packages of onnxruntime: native code, and WebAssembly. */
export type OrtPackage = 'onnxruntime-node' | 'onnxruntime-web';

/** A session of onnxruntime over the exported model. */
export async function openOrtMinilm(
  name: OrtPackage,
  tokensOf: TokensOf,
  threads: number,
): Promise<Contender> {
  const path = `${minilm}/onnx/model.onnx`;
  if (!existsSync(path)) {
    throw new Unavailable('absent', 'export the model: tools/reference/minilm_onnx.py');
  }
  const ort = loadPeer<Ort>(name);
  const isNative = name === 'onnxruntime-node';
  if (!isNative) ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(readFileSync(path), {
    executionProviders: [isNative ? 'cpu' : 'wasm'],
    graphOptimizationLevel: 'all',
    ...(isNative && {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      extra: { session: { force_spinning_stop: '1' } },
    }),
  });
  let feeds: Record<string, OrtTensor> = {};
  let states = new Float32Array();
  return {
    name,
    version: peerVersion(name),
    threads,
    async prepare(round) {
      const { ids, batch, length } = tokensOf(round);
      const make = (value: (id: number) => number) =>
        new ort.Tensor(
          'int64',
          BigInt64Array.from(ids, (id) => BigInt(value(id))),
          [batch, length],
        );
      feeds = {
        input_ids: make((id) => id),
        attention_mask: make(() => 1),
        token_type_ids: make(() => 0),
      };
    },
    async run() {
      const start = performance.now();
      const { last_hidden_state } = await session.run(feeds);
      states = last_hidden_state!.data as Float32Array<ArrayBuffer>;
      return performance.now() - start;
    },
    result: async () => states,
    close: () => session.release(),
  };
}

/** PyTorch with transformers, in the Python that `LLM_TORCH_PYTHON` names. */
export async function openTorchMinilm(tokensOf: TokensOf, threads: number): Promise<Contender> {
  const python = findTorchPython(TORCH_2);
  const script = fileURLToPath(new URL('../../tools/reference/minilm_step.py', import.meta.url));
  const child = new JsonLines(python, [script], { OMP_NUM_THREADS: `${threads}` });
  try {
    const opened = await child.ask<{ version: string; threads: number }>({
      command: 'open',
      folder: minilm,
      threads,
    });
    let ids: number[][] = [];
    let path = '';
    return {
      name: TORCH_2,
      ...opened,
      async prepare(round) {
        const tokens = tokensOf(round);
        ids = Array.from({ length: tokens.batch }, (_, row) =>
          Array.from(tokens.ids.subarray(row * tokens.length, (row + 1) * tokens.length)),
        );
      },
      async run() {
        const answer = await child.ask<{ milliseconds: number; states: string }>({
          command: 'run',
          ids,
        });
        path = answer.states;
        return answer.milliseconds;
      },
      async result() {
        const { buffer, byteOffset, byteLength } = readFileSync(path);
        return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
      },
      close: () => child.close(),
    };
  } catch (error) {
    await child.close();
    throw error;
  }
}
