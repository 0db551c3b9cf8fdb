import type { ModelSource } from '@llm/hub';
import type { Tensor } from '@llm/tensor';
import { decodeTensors } from './tensors.ts';

/**
 * The tensors of a model's checkpoint by name.
 *
 * @throws MissingFileError if there is none. @throws SafetensorsError if it is malformed.
 */
export async function readTensors(source: ModelSource): Promise<Record<string, Tensor>> {
  return decodeTensors(await source.read('model.safetensors')).tensors;
}
