import { checkOptions, type Tensor } from '@llm/tensor';
import {
  type CellState,
  Recurrent,
  type RecurrentCallOptions,
  type RecurrentOptions,
  recurrentOptionNames,
} from './recurrent.ts';

/** Options of `RNN`. */
export interface RNNOptions extends RecurrentOptions {
  /** Default `'tanh'`. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

/** The plain recurrent layer (Elman, 1990), PyTorch's `nn.RNN`: h' = tanh(W x + b + U h + b'), or its ReLU. */
export class RNN extends Recurrent {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    checkOptions('RNN', options, [...recurrentOptionNames, 'nonlinearity']);
    super(inputSize, hiddenSize, 1, 1, options);
    this.nonlinearity = options.nonlinearity ?? 'tanh';
    if (this.nonlinearity !== 'tanh' && this.nonlinearity !== 'relu') {
      throw new TypeError(`RNN: nonlinearity is '${this.nonlinearity}'; it takes 'tanh', 'relu'`);
    }
  }

  /**
   * @param x [length, batch, input], or [batch, length, input] with `batch_first`
   * @param initial first h [layers · directions, batch, hidden]; zeros by default
   * @returns the last layer's outputs [length, batch, directions · hidden] and the last h
   */
  forward(
    x: Tensor,
    initial?: Tensor,
    options: RecurrentCallOptions = {},
  ): [output: Tensor, last: Tensor] {
    const { output, last } = this.run(x, initial && [initial], options);
    return [output, last[0]!];
  }

  protected cell(input: Tensor, [h]: CellState, recurrent: (hidden: Tensor) => Tensor): CellState {
    const sum = input.add(recurrent(h!));
    return [this.nonlinearity === 'tanh' ? sum.tanh() : sum.relu()];
  }
}
