import type { Features } from './collator.ts';

/** The tokens of an example. @throws TypeError naming the example if it has none. */
export function ids(item: Features, index: number, column = 'input_ids'): number[] {
  const value = item[column];
  if (!(Array.isArray(value) || ArrayBuffer.isView(value))) {
    throw new TypeError(
      `collator: example ${index} has no list '${column}'; tokenize the data set first`,
    );
  }
  return Array.from(value as ArrayLike<number>);
}
