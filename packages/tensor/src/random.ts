import type { Node } from './graph.ts';
import { add } from './ops/arithmetic.ts';
import { hostScalar } from './ops/leaf.ts';
import * as random from './ops/random.ts';
import type { Shape } from './shape.ts';
import { Tensor } from './tensor.ts';
import { activeRecording, activeTrace, type DrawCounter } from './trace.ts';

/**
 * A stream of random numbers: seeded, counted, the same on every device.
 *
 * Its whole state is `seed` and `position`, the number of draws so far. Draw n of a stream is the same whether
 * it is made eagerly or in a compiled function, and restoring `position` resumes the stream exactly.
 */
export class Generator {
  /** Number of draws so far. */
  position: number;
  #seed = 0;

  /** @throws RangeError if the seed is not a whole number in [0, 2^32). */
  constructor(seed: number, position = 0) {
    this.seed = seed;
    this.position = position;
  }

  /** Which stream; a change counts for draws made afterwards, in compiled functions too. */
  get seed(): number {
    return this.#seed;
  }

  set seed(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new RangeError(`Generator: seed must be an integer in [0, 2^32): got ${seed}`);
    }
    this.#seed = seed;
  }

  /** The next draw, as the random operations take it. */
  next(): random.RandomSource {
    return { ...drawsOf(this, 1), draw: 0 };
  }
}

/** Takes the next `count` draws of a generator: its seed, and the position of the first. @internal */
export function drawsOf(generator: DrawCounter, count: number): { seed: Node; position: Node } {
  const recording = activeRecording();
  if (recording) return recording.draw(generator, count);
  const trace = activeTrace();
  if (!trace) {
    const position = hostScalar(generator.position, 'u32');
    generator.position += count;
    return { seed: hostScalar(generator.seed, 'u32'), position };
  }
  // A compiled function reads the position at each run and counts its own draws from there.
  const { seed, position, index } = trace.draw(generator, count);
  return { seed, position: add(position, index) };
}

const standard = new Generator(0);

/** The generator used where none is given. */
export function defaultGenerator(): Generator {
  return standard;
}

/** Starts the default generator anew, for compiled functions too. */
export function manualSeed(seed: number): Generator {
  standard.seed = seed;
  standard.position = 0;
  return standard;
}

/** Uniform random numbers in [0, 1). */
export function rand(shape: Shape, generator = defaultGenerator()): Tensor {
  return new Tensor(random.uniform(generator.next(), shape));
}

/** Random numbers of the standard normal distribution. */
export function randn(shape: Shape, generator = defaultGenerator()): Tensor {
  return new Tensor(random.normal(generator.next(), shape));
}
