import { attentionBackwardProblems, attentionProblems } from './attention.ts';
import type { Problem } from './problem.ts';
import { products, quantizedProducts } from './products.ts';
import { addedRows, reducedRows, replacedSlice, runningSums, sortedRow } from './rows.ts';

/** The problems of each template, by `templateOf`. */
export const problems: Readonly<Record<string, () => readonly Problem[]>> = {
  attention: attentionProblems,
  attentionBackward: attentionBackwardProblems,
  cumsum: runningSums,
  matmul: products,
  quantizedLinear: quantizedProducts,
  rows: reducedRows,
  scatterAdd: addedRows,
  sort: sortedRow,
  updateSlice: replacedSlice,
};
