import { checkOptions, type Tensor, Variable } from '@llm/tensor';
import { kaimingUniform, uniform } from '../../init.ts';
import { Module } from '../../module/module.ts';
import { type ConvolveOptions, convolve } from './convolve.ts';
import { amounts, type PerAxis, paddingOf } from './window.ts';

/** Options of `Conv1d` and `Conv2d`, with PyTorch's names and defaults. */
export interface ConvolutionOptions extends ConvolveOptions {
  /** Whether there is a bias. Default true. */
  readonly bias?: boolean;
}

/** What `Conv1d` and `Conv2d` share. */
abstract class Convolution extends Module {
  readonly weight: Variable;
  readonly bias?: Variable;
  readonly options: ConvolveOptions;
  readonly #axes: number;

  constructor(
    name: string,
    axes: number,
    channels: readonly [inputs: number, outputs: number],
    kernelSize: PerAxis,
    options: ConvolutionOptions,
  ) {
    super();
    checkOptions(name, options, ['stride', 'padding', 'dilation', 'groups', 'bias']);
    const { bias = true, ...movement } = options;
    const [inputs, outputs] = channels;
    const { groups = 1 } = movement;
    if (!(Number.isInteger(inputs / groups) && Number.isInteger(outputs / groups) && groups >= 1)) {
      throw new RangeError(
        `${name}: the groups must divide the channels: got ${groups} for ${inputs} and ${outputs}`,
      );
    }
    const window = amounts('kernel_size', kernelSize, axes, 1);
    const stride = amounts('stride', movement.stride ?? 1, axes, 1);
    const dilation = amounts('dilation', movement.dilation ?? 1, axes, 1);
    paddingOf(movement.padding ?? 0, { window, stride, dilation }); // wrong options fail here, not in forward
    const shape = [outputs, inputs / groups, ...window];
    this.options = movement;
    this.#axes = axes;
    this.weight = new Variable(kaimingUniform(shape, { a: Math.sqrt(5) }));
    if (bias) {
      const bound = 1 / Math.sqrt(shape.slice(1).reduce((product, size) => product * size, 1));
      this.bias = new Variable(uniform([outputs], -bound, bound));
    }
  }

  /**
   * Moves the windows over an input.
   *
   * @param x [batch, in, ...sizes], or without the batch
   */
  forward(x: Tensor): Tensor {
    if (x.rank !== this.#axes + 1 && x.rank !== this.#axes + 2) {
      throw new RangeError(
        `${this.constructor.name}: wants ${this.#axes + 2} axes, or ${this.#axes + 1} without a batch: got [${x.shape.join(', ')}]`,
      );
    }
    return convolve(x, this.weight, this.bias, this.options);
  }
}

/**
 * Windows that move over one axis: [batch, in, length] → [batch, out, length']; see `convolve`. Weight
 * [out, in / groups, window] and bias start uniform in ±1/√(in / groups · window), as PyTorch's `nn.Conv1d`.
 */
export class Conv1d extends Convolution {
  /** @throws RangeError if the groups do not divide the channels, or an option is no fitting number. */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: ConvolutionOptions = {},
  ) {
    super('Conv1d', 1, [inChannels, outChannels], kernelSize, options);
  }
}

/**
 * Windows that move over two axes: [batch, in, height, width] → [batch, out, height', width']; see `convolve`.
 * Weight [out, in / groups, rows, columns] and bias start as in `Conv1d`.
 */
export class Conv2d extends Convolution {
  /**
   * @param kernelSize of the window: one number, or rows and columns
   * @throws RangeError if the groups do not divide the channels, or an option is no fitting number.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvolutionOptions = {},
  ) {
    super('Conv2d', 2, [inChannels, outChannels], kernelSize, options);
  }
}
