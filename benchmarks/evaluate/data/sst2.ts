import { loadDataset } from '@llm/train';
import { readData } from './files.ts';

/** A sentence of a film review; label `1` is praise. */
export interface Review {
  readonly text: string;
  readonly label: string;
}

/** A part of SST-2: 6,919 sentences to learn, 871 and 1,820 to score. */
export async function readReviews(part: 'train' | 'dev' | 'test'): Promise<Review[]> {
  const rows = await loadDataset(await readData(`sst2/${part}.tsv.gz`), {
    format: 'tsv',
    column_names: ['text', 'label'],
    columns: { text: 'string', label: 'string' },
  });
  return [...rows] as unknown as Review[];
}
