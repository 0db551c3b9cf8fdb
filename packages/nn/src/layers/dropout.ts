import { dropout, type Tensor } from '@llm/tensor';
import { Module } from '../module/module.ts';

/** In training, zeroes elements with probability p and divides the others by 1 − p (Srivastava et al., 2014). */
export class Dropout extends Module {
  readonly p: number;

  /** @throws RangeError unless 0 ≤ p ≤ 1. */
  constructor(p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1)) throw new RangeError(`Dropout: p must be in [0, 1]: got ${p}`);
    this.p = p;
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training });
  }
}
