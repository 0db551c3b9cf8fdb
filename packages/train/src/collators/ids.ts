import type { Features } from './collator.ts';
import { ExampleError } from './example-error.ts';

/** The tokens of an example. @throws ExampleError naming the example if it has none. */
export function ids(
  item: Features,
  index: number,
  column = 'input_ids',
  remedy = 'tokenize the data set first',
): number[] {
  const value = item[column];
  if (!(Array.isArray(value) || ArrayBuffer.isView(value))) {
    throw new ExampleError(index, `there is no list '${column}'; ${remedy}`);
  }
  return Array.from(value as ArrayLike<number>);
}
