import type { Tensor } from '@llm/tensor';

/** cap · tanh(x / cap), or x itself without a cap. */
export function softcapped(x: Tensor, cap: number | null): Tensor {
  return cap === null ? x : x.div(cap).tanh().mul(cap);
}
