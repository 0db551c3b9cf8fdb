import type { FromPretrainedOptions, ModelConfig } from '@llm/nn';
import { WrongInputError } from '../pipelines/index.ts';

/** What a classifier is told of its classes, in alphabetical order. @throws WrongInputError for fewer than two */
export function classConfig(names: Iterable<string>): NonNullable<FromPretrainedOptions['config']> {
  const sorted = [...new Set(names)].sort();
  if (sorted.length < 2) {
    throw new WrongInputError(`fineTune: wants two labels or more: got ${sorted.join(', ')}`);
  }
  return {
    num_labels: sorted.length,
    id2label: Object.fromEntries(sorted.entries()),
    label2id: Object.fromEntries(sorted.map((name, id) => [name, id])),
  };
}

/** The number of each class. */
export function classIds({ id2label }: ModelConfig): ReadonlyMap<string, number> {
  return new Map(Object.entries(id2label!).map(([id, name]) => [name, Number(id)]));
}
