import { checkOptions, split, type Tensor } from '@llm/tensor';
import {
  type CellState,
  Recurrent,
  type RecurrentCallOptions,
  type RecurrentOptions,
  recurrentOptionNames,
} from './recurrent.ts';

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997), PyTorch's `nn.LSTM` with its weight layout:
 * i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c' = f c + i g, h' = o tanh c'.
 */
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    checkOptions('LSTM', options, recurrentOptionNames);
    super(inputSize, hiddenSize, 4, 2, options);
  }

  /**
   * @param x [length, batch, input], or [batch, length, input] with `batch_first`
   * @param initial first h and c, each [layers · directions, batch, hidden]; zeros by default
   * @returns the last layer's outputs [length, batch, directions · hidden] and the last h and c
   */
  forward(
    x: Tensor,
    initial?: readonly [h: Tensor, c: Tensor],
    options: RecurrentCallOptions = {},
  ): [output: Tensor, last: [h: Tensor, c: Tensor]] {
    const { output, last } = this.run(x, initial, options);
    return [output, last as [Tensor, Tensor]];
  }

  protected cell(
    input: Tensor,
    [h, c]: CellState,
    recurrent: (hidden: Tensor) => Tensor,
  ): CellState {
    const [i, f, g, o] = split(input.add(recurrent(h!)), this.hiddenSize, -1);
    const cell = f!.sigmoid().mul(c!).add(i!.sigmoid().mul(g!.tanh()));
    return [o!.sigmoid().mul(cell.tanh()), cell];
  }
}
