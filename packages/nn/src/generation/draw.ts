/**
 * Random choices by given uniform numbers: the inverse of cumulated probabilities.
 *
 * @module
 */
import { defaultGenerator, hostUniform } from '@llm/tensor';
import type { GenerateOptions } from './options.ts';
import { logSoftmax } from './scores.ts';
import type { Draw } from './session.ts';

/** The stream of random numbers of a call: of its seed, or of the default generator, which it moves on. */
export class DrawStream {
  readonly #seed: number | undefined;
  readonly #uniforms: GenerateOptions['uniforms'];
  #position = 0;

  constructor({ seed, uniforms }: GenerateOptions) {
    this.#seed = seed;
    this.#uniforms = uniforms;
  }

  /** Seed and position of the next draw. */
  next(): Pick<Draw, 'seed' | 'position'> {
    const generator = defaultGenerator();
    return this.#seed === undefined
      ? { seed: generator.seed, position: generator.position++ }
      : { seed: this.#seed, position: this.#position++ };
  }

  /** The next numbers from 0 to below 1. @throws RangeError if the caller's function gives too few, or others */
  uniforms(count: number): ArrayLike<number> {
    if (!this.#uniforms) return hostUniform({ ...this.next(), draw: 0 }, count);
    const given = this.#uniforms(count);
    for (let i = 0; i < count; i++) {
      if (!(given[i]! >= 0 && given[i]! < 1)) {
        throw new RangeError(
          `generate: uniforms must give ${count} numbers from 0 to below 1: got ${given[i]} at ${i}`,
        );
      }
    }
    return given;
  }
}

/**
 * Draws positions by the probabilities that scores stand for, none twice.
 *
 * @param uniforms one number per position that is drawn
 * @throws RangeError if fewer positions than that have a probability above 0
 */
export function drawnBy(scores: Float32Array, uniforms: ArrayLike<number>): number[] {
  const probabilities = Float64Array.from(logSoftmax(scores), Math.exp);
  return Array.from(uniforms, (uniform) => {
    const place = placeOf(probabilities, uniform);
    if (place === undefined) {
      throw new RangeError(
        `generate: beam search wants ${uniforms.length} different continuations, and fewer are left; raise top_k, top_p or temperature, or take fewer beams`,
      );
    }
    probabilities[place] = 0;
    return place;
  });
}

function placeOf(probabilities: Float64Array, uniform: number): number | undefined {
  const target = uniform * probabilities.reduce((sum, each) => sum + each, 0);
  let total = 0;
  let last: number | undefined;
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] === 0) continue;
    last = i;
    total += probabilities[i]!;
    if (target < total) return i;
  }
  return last; // the sum fell short by rounding
}
