/**
 * TensorFlow.js on its WebAssembly backend. In Node it computes on one thread: version 4.22 reports
 * `WASM_HAS_MULTITHREAD_SUPPORT` false there (tensorflow/tfjs#3830), and with the flag forced its workers
 * fail to start, since Node's `Worker` takes no `blob:` address.
 *
 * @module
 */
import { loadPeer, peerVersion, requirePeer } from './install.ts';

/** The part of a TensorFlow.js tensor used here. */
export interface TfTensor {
  readonly shape: number[];
  dataSync(): Float32Array;
  dispose(): void;
}

/** A TensorFlow.js variable. */
export interface TfVariable extends TfTensor {
  readonly name: string;
  assign(value: TfTensor): void;
}

/** The part of `@tensorflow/tfjs-core` used here. */
export interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(f: () => T): T;
  tensor(values: Float32Array | Int32Array, shape: number[], dtype?: 'float32' | 'int32'): TfTensor;
  scalar(value: number): TfTensor;
  variable(initial: TfTensor, trainable?: boolean, name?: string): TfVariable;
  variableGrads(
    f: () => TfTensor,
    variables: TfVariable[],
  ): { value: TfTensor; grads: Record<string, TfTensor> };
  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor;
  add(a: TfTensor, b: TfTensor | number): TfTensor;
  sub(a: TfTensor, b: TfTensor | number): TfTensor;
  mul(a: TfTensor, b: TfTensor | number): TfTensor;
  div(a: TfTensor, b: TfTensor | number): TfTensor;
  neg(a: TfTensor): TfTensor;
  erf(a: TfTensor): TfTensor;
  sqrt(a: TfTensor): TfTensor;
  rsqrt(a: TfTensor): TfTensor;
  square(a: TfTensor): TfTensor;
  minimum(a: TfTensor, b: TfTensor | number): TfTensor;
  sum(a: TfTensor, axis?: number, keepDims?: boolean): TfTensor;
  addN(all: TfTensor[]): TfTensor;
  mean(a: TfTensor, axis?: number, keepDims?: boolean): TfTensor;
  softmax(a: TfTensor): TfTensor;
  logSoftmax(a: TfTensor): TfTensor;
  oneHot(indices: TfTensor, depth: number): TfTensor;
  reshape(a: TfTensor, shape: number[]): TfTensor;
  transpose(a: TfTensor, axes?: number[]): TfTensor;
  split(a: TfTensor, parts: number, axis: number): TfTensor[];
  readonly train: {
    adam(
      rate: number,
      beta1: number,
      beta2: number,
      epsilon: number,
    ): { applyGradients(gradients: Record<string, TfTensor>): void; dispose(): void };
  };
}

/** Name of the package, and of its rows. */
export const TFJS = '@tensorflow/tfjs-backend-wasm';

/** TensorFlow.js, loaded once, its backend set to WebAssembly. */
export async function loadTfjs(): Promise<{ tf: Tf; version: string; threads: number }> {
  const tf = loadPeer<Tf>('@tensorflow/tfjs-core');
  loadPeer<unknown>(TFJS); // registers the backend
  // The Node build of the core registers no gradients. These modules are ES modules in a package that does not
  // say so (tsx loads them all the same); the registry they write to is global.
  requirePeer('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  await tf.setBackend('wasm');
  await tf.ready();
  return { tf, version: peerVersion(TFJS), threads: 1 };
}
