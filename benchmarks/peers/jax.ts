/**
 * jax-js on its WebAssembly backend. In Node it computes on one thread: its worker pool needs the
 * browser's global `Worker`.
 *
 * @module
 */
import { loadPeer, peerVersion } from './install.ts';

/**
 * The part of a jax-js array used here. A function of jax-js consumes its arguments; `ref` keeps an array
 * for one more use.
 */
export interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: number[];
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  neg(): JaxArray;
  reshape(shape: number[]): JaxArray;
  transpose(axes: number[]): JaxArray;
  data(): Promise<Float32Array>;
  blockUntilReady(): Promise<JaxArray>;
  dispose(): void;
}

/** Arrays by name: jax-js maps functions over such trees. */
export type JaxTree = Record<string, JaxArray>;

/** The part of the jax-js module used here. */
export interface Jax {
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): string;
  /** Compiles by tracing; consumes and returns trees of arrays. */
  jit<F extends (...args: never[]) => unknown>(f: F): F & { dispose(): void };
  valueAndGrad<A extends unknown[]>(
    f: (parameters: JaxTree, ...rest: A) => JaxArray,
  ): (parameters: JaxTree, ...rest: A) => [JaxArray, JaxTree];
  blockUntilReady<T>(tree: T): Promise<T>;
  readonly numpy: {
    array(values: Float32Array | Int32Array, options?: { shape?: number[] }): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    sum(a: JaxArray): JaxArray;
    mean(a: JaxArray, axis?: number, options?: { keepdims?: boolean }): JaxArray;
    sqrt(a: JaxArray): JaxArray;
    minimum(a: JaxArray | number, b: JaxArray | number): JaxArray;
    split(a: JaxArray, sections: number, axis: number): JaxArray[];
    transpose(a: JaxArray): JaxArray;
    tri(rows: number, columns: number, k: number, options: { dtype: 'bool' }): JaxArray;
    where(condition: JaxArray, a: JaxArray, b: JaxArray | number): JaxArray;
    zeros(shape: number[]): JaxArray;
  };
  readonly nn: {
    softmax(x: JaxArray, axis?: number): JaxArray;
    logSoftmax(x: JaxArray, axis?: number): JaxArray;
    standardize(x: JaxArray, axis?: number, options?: { epsilon?: number }): JaxArray;
    gelu(x: JaxArray, options: { approximate: boolean }): JaxArray;
    oneHot(x: JaxArray, classes: number): JaxArray;
  };
}

/** Name of the package, and of its rows. */
export const JAX = '@jax-js/jax';

/** A device of jax-js; its WebGPU takes `navigator.gpu`. */
export type JaxDevice = 'wasm' | 'webgpu';

/** jax-js, loaded once, its default device set. */
export async function loadJax(
  device: JaxDevice = 'wasm',
): Promise<{ jax: Jax; version: string; threads: number }> {
  // it reads the user agent, which Node has only from version 21 on
  globalThis.navigator ??= { userAgent: 'Node.js' } as Navigator;
  const jax = loadPeer<Jax>(JAX);
  await jax.init(device);
  jax.defaultDevice(device);
  return { jax, version: peerVersion(JAX), threads: 1 };
}
