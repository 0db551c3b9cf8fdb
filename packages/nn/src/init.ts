/**
 * Initial weights, by PyTorch's names and formulas (`torch.nn.init`).
 *
 * Values are drawn on the host from a seeded generator, so a model starts the same on every device.
 *
 * @module
 */
import {
  type DType,
  defaultGenerator,
  type Generator,
  hostNormal,
  hostUniform,
  type Shape,
  type Tensor,
  tensor,
  zeros,
} from '@llm/tensor';

/** What follows a layer, for the gain of its initial weights. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu';

/** Factor that keeps the variance of activations after a nonlinearity; `slope` is leaky ReLU's. */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + slope ** 2));
    case 'selu':
      return 3 / 4;
    default:
      throw new TypeError(`calculateGain: unknown nonlinearity '${nonlinearity as string}'`);
  }
}

/** What `withoutInitialValues` asks for. */
let blank: { readonly dtype: DType } | undefined;

/**
 * Runs `body`, in which modules start with zeros of a dtype instead of drawn numbers: for a model whose weights
 * are loaded right afterwards.
 */
export function withoutInitialValues<T>(dtype: DType, body: () => T): T {
  const before = blank;
  blank = { dtype };
  try {
    return body();
  } finally {
    blank = before;
  }
}

/** Uniform in [low, high). */
export function uniform(
  shape: Shape,
  low = 0,
  high = 1,
  generator: Generator = defaultGenerator(),
): Tensor {
  if (blank) return zeros(shape, blank);
  const values = hostUniform(nextDraw(generator), count(shape));
  return tensor(scale(values, high - low, low), shape);
}

/** Normal with the given mean and standard deviation. */
export function normal(
  shape: Shape,
  mean = 0,
  std = 1,
  generator: Generator = defaultGenerator(),
): Tensor {
  if (blank) return zeros(shape, blank);
  const values = hostNormal(nextDraw(generator), count(shape));
  return tensor(scale(values, std, mean), shape);
}

/** Normal numbers of which those outside [low, high] are drawn again. */
export function truncatedNormal(
  shape: Shape,
  mean = 0,
  std = 1,
  low = -2,
  high = 2,
  generator: Generator = defaultGenerator(),
): Tensor {
  if (blank) return zeros(shape, blank);
  const size = count(shape);
  const values = new Float32Array(size);
  for (let filled = 0; filled < size; ) {
    for (const value of hostNormal(nextDraw(generator), size)) {
      const scaled = mean + std * value;
      if (scaled >= low && scaled <= high && filled < size) values[filled++] = scaled;
    }
  }
  return tensor(values, shape);
}

/** Uniform in ±gain · √(6 / (fan in + fan out)) (Glorot and Bengio, 2010). */
export function xavierUniform(
  shape: Shape,
  options: { gain?: number; generator?: Generator } = {},
): Tensor {
  const { fanIn, fanOut } = fans(shape, 'xavierUniform');
  const bound = (options.gain ?? 1) * Math.sqrt(6 / (fanIn + fanOut));
  return uniform(shape, -bound, bound, options.generator);
}

/** Normal with deviation gain · √(2 / (fan in + fan out)). */
export function xavierNormal(
  shape: Shape,
  options: { gain?: number; generator?: Generator } = {},
): Tensor {
  const { fanIn, fanOut } = fans(shape, 'xavierNormal');
  const std = (options.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut));
  return normal(shape, 0, std, options.generator);
}

/** Options of the initializers of He et al. */
export interface KaimingOptions {
  /** Slope of the leaky ReLU that follows. Default 0. */
  readonly a?: number;
  /** Whether the variance is kept forwards or backwards. Default `'fan_in'`. */
  readonly mode?: 'fan_in' | 'fan_out';
  /** Default `'leaky_relu'`. */
  readonly nonlinearity?: Nonlinearity;
  readonly generator?: Generator;
}

/** Uniform in ±gain · √(3 / fan) (He et al., 2015). */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingDeviation(shape, options, 'kaimingUniform');
  return uniform(shape, -bound, bound, options.generator);
}

/** Normal with deviation gain / √fan. */
export function kaimingNormal(shape: Shape, options: KaimingOptions = {}): Tensor {
  return normal(shape, 0, kaimingDeviation(shape, options, 'kaimingNormal'), options.generator);
}

function kaimingDeviation(shape: Shape, options: KaimingOptions, name: string): number {
  const { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' } = options;
  const { fanIn, fanOut } = fans(shape, name);
  const fan = mode === 'fan_in' ? fanIn : fanOut;
  return fan === 0 ? 0 : calculateGain(nonlinearity, a) / Math.sqrt(fan);
}

/** Inputs and outputs of one unit of a weight [out, in, ...window]. */
function fans(shape: Shape, name: string): { fanIn: number; fanOut: number } {
  const [out, inputs, ...window] = shape;
  if (out === undefined || inputs === undefined) {
    throw new RangeError(`${name}: wants a weight of two axes or more: got [${shape.join(', ')}]`);
  }
  const field = count(window);
  return { fanIn: inputs * field, fanOut: out * field };
}

/** factor · value + shift, in place: a plain loop, since weights are many. */
function scale(values: Float32Array, factor: number, shift: number): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = shift + factor * values[i]!;
  return values;
}

function nextDraw(generator: Generator) {
  return { seed: generator.seed, position: generator.position++, draw: 0 };
}

function count(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
