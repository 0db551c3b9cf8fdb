import type { Tensor } from '@llm/tensor';

/** @throws TypeError if a model got neither ids nor vectors. */
export function required(ids: Tensor | undefined): Tensor {
  if (!ids) throw new TypeError('forward: wants input_ids or inputs_embeds');
  return ids;
}

/** @throws RangeError for more tokens than the model has positions. */
export function checkLength(model: string, x: Tensor, positions: number): void {
  if (x.shape[1]! > positions) {
    throw new RangeError(
      `${model}: ${x.shape[1]} tokens are more than its ${positions} positions; truncate the text`,
    );
  }
}
