/**
 * The pairs that a training learns from.
 *
 * @module
 */
import { loadDataset } from '@llm/train';

/** A text and its translation. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/** Fewest pairs that are worth a training. */
const fewest = 8;

/** English and German user-interface strings of Visual Studio Code and TypeScript. */
const brought = new URL('./data/ui-strings-en-de.tsv', import.meta.url);

/**
 * Pairs of a CSV, TSV or JSONL file with columns `source` and `target`; those that come with the page without one.
 *
 * @throws BadRowError naming the row that cannot be used
 */
export async function readPairs(file: File | undefined): Promise<Pair[]> {
  const rows = await loadDataset(file ?? brought.href, {
    columns: { source: 'text', target: 'text' },
  });
  const pairs = Array.from(rows, (row) => {
    const { source, target } = row as unknown as Pair;
    return { source: source.trim(), target: target.trim() };
  });
  if (pairs.length < fewest) {
    throw new RangeError(`"${file?.name}" wants ${fewest} pairs or more: got ${pairs.length}`);
  }
  return pairs;
}
