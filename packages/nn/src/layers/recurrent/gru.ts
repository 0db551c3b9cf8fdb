import { checkOptions, split, type Tensor } from '@llm/tensor';
import {
  type CellState,
  Recurrent,
  type RecurrentCallOptions,
  type RecurrentOptions,
  recurrentOptionNames,
} from './recurrent.ts';

/**
 * Gated recurrent unit (Cho et al., 2014), PyTorch's `nn.GRU` with its weight layout: r, z = σ(W x + U h + b),
 * n = tanh(W x + b + r (U h + b')), h' = (1 − z) n + z h.
 */
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    checkOptions('GRU', options, recurrentOptionNames);
    super(inputSize, hiddenSize, 3, 1, options);
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
    const [rx, zx, nx] = split(input, this.hiddenSize, -1);
    const [rh, zh, nh] = split(recurrent(h!), this.hiddenSize, -1);
    const reset = rx!.add(rh!).sigmoid();
    const update = zx!.add(zh!).sigmoid();
    const fresh = nx!.add(reset.mul(nh!)).tanh();
    return [fresh.add(update.mul(h!.sub(fresh)))];
  }
}
