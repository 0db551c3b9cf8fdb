import type { Tensor } from '@llm/tensor';

/** @throws TypeError if a model got neither ids nor vectors. */
export function required(ids: Tensor | undefined): Tensor {
  if (!ids) throw new TypeError('forward: wants input_ids or inputs_embeds');
  return ids;
}
