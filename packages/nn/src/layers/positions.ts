import { arange, checkOptions, embedding, type Tensor, tensor, Variable } from '@llm/tensor';
import { normal } from '../init.ts';
import { Module } from '../module/module.ts';

/** How a sinusoidal table lays out sines and cosines. */
export interface SinusoidalOptions {
  /**
   * `'interleaved'` (default): sine at even, cosine at odd features, as in the paper. `'halves'`: all sines,
   * then all cosines of the same frequencies, as Marian's models have it.
   */
  readonly layout?: 'interleaved' | 'halves';
}

/**
 * x + P, with P[t, 2i] = sin(t / 10000^(2i/d)) and P[t, 2i+1] = cos(t / 10000^(2i/d)) (Vaswani et al., 2017).
 * Takes [..., length, width]. The table is a constant, not part of the state.
 */
export class SinusoidalPositions extends Module {
  readonly maxLength: number;
  readonly table: Tensor;

  constructor(maxLength: number, width: number, options: SinusoidalOptions = {}) {
    super();
    checkOptions('SinusoidalPositions', options, ['layout']);
    this.maxLength = maxLength;
    this.table = tensor(sinusoids(maxLength, width, options.layout ?? 'interleaved'), [
      maxLength,
      width,
    ]);
  }

  /**
   * x [..., length, width] plus the rows of its positions.
   *
   * @param offset position of the first element, for decoding step by step.
   */
  forward(x: Tensor, offset = 0): Tensor {
    const length = checkLength('SinusoidalPositions', x, offset, this.maxLength);
    return x.add(this.table.slice([offset, offset + length]));
  }
}

/** x + P with a trained table P: [..., length, width]. Rows start normal with deviation 0.02. */
export class LearnedPositions extends Module {
  readonly weight: Variable;

  constructor(maxLength: number, width: number) {
    super();
    this.weight = new Variable(normal([maxLength, width], 0, 0.02));
  }

  /**
   * x [..., length, width] plus the rows of its positions.
   *
   * @param offset position of the first element, for decoding step by step.
   */
  forward(x: Tensor, offset = 0): Tensor {
    const length = checkLength('LearnedPositions', x, offset, this.weight.shape[0]!);
    return x.add(embedding(arange(offset, offset + length), this.weight));
  }
}

function checkLength(layer: string, x: Tensor, offset: number, maxLength: number): number {
  const length = x.shape.at(-2);
  if (length === undefined || offset < 0 || offset + length > maxLength) {
    throw new RangeError(
      `${layer}: holds positions 0 to ${maxLength - 1}: got [${x.shape.join(', ')}] at offset ${offset}; shorten the input or make the layer longer`,
    );
  }
  return length;
}

function sinusoids(
  length: number,
  width: number,
  layout: 'interleaved' | 'halves',
): Float32Array<ArrayBuffer> {
  if (layout !== 'interleaved' && layout !== 'halves') {
    throw new TypeError(
      `SinusoidalPositions: layout is '${layout}'; it takes 'interleaved', 'halves'`,
    );
  }
  const table = new Float32Array(length * width);
  const half = Math.ceil(width / 2);
  for (let feature = 0; feature < width; feature++) {
    const pair = layout === 'interleaved' ? feature >> 1 : feature % half;
    const isSine = layout === 'interleaved' ? feature % 2 === 0 : feature < half;
    const frequency = 10000 ** ((-2 * pair) / width);
    for (let t = 0; t < length; t++) {
      table[t * width + feature] = isSine ? Math.sin(t * frequency) : Math.cos(t * frequency);
    }
  }
  return table;
}
