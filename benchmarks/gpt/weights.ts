/**
 * Initial weights, the same for every side: drawn here, handed over as arrays or as a safetensors file.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { type GptConfig, weightShapes } from './config.ts';

/** A named weight. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** Uniform numbers in [0, 1), reproducible (mulberry32, public domain, Tommy Ettinger). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` normal numbers of mean 0 (Box-Muller). */
export function normals(
  count: number,
  deviation: number,
  next: () => number,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return deviation * radius * Math.cos(2 * Math.PI * next());
  });
}

/**
 * nanoGPT's initialization: normal with deviation 0.02, divided by √(2 · layers) for the two projections
 * into the residual stream; norms start at 1.
 */
export function initialWeights(config: GptConfig, seed: number): Map<string, Weight> {
  const next = uniform(seed);
  const weights = new Map<string, Weight>();
  for (const [name, shape] of weightShapes(config)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const residual = name.endsWith('c_proj.weight');
    const deviation = residual ? 0.02 / Math.sqrt(2 * config.layers) : 0.02;
    const values = name.includes('.ln_')
      ? new Float32Array(count).fill(1)
      : normals(count, deviation, next);
    weights.set(name, { shape, values });
  }
  return weights;
}

/** Writes weights as safetensors: header length (u64), JSON header, values. */
export function writeSafetensors(path: string, weights: ReadonlyMap<string, Weight>): void {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, { shape, values }] of weights) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const bodies = [...weights.values()].map(({ values }) => Buffer.from(values.buffer));
  writeFileSync(path, Buffer.concat([length, json, ...bodies]));
}
