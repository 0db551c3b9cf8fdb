/**
 * All test cases of all operations, outside the main bundle. Cases that are plain data stand beside their
 * operation, since bundlers drop them; those that are computed have files of their own.
 *
 * @module
 */

import { cases as scan } from '../scan/cases.ts';
import { cases as activation } from './activation-cases.ts';
import { cases as arithmetic } from './arithmetic-cases.ts';
import { cases as attention } from './attention-cases.ts';
import type { OpCase } from './case.ts';
import { cases as concat } from './concat.ts';
import { cases as cumsum } from './cumsum.ts';
import { cases as dropout } from './dropout.ts';
import { cases as exponential } from './exponential.ts';
import { cases as gather } from './gather.ts';
import { cases as linearCrossEntropy } from './linear-cross-entropy.ts';
import { cases as logic } from './logic-cases.ts';
import { cases as loss } from './loss.ts';
import { cases as masks } from './masks.ts';
import { cases as matmul } from './matmul.ts';
import { cases as movement } from './movement-cases.ts';
import { cases as normalization } from './normalization.ts';
import { cases as quantizedLinear } from './quantized-linear.ts';
import { cases as random } from './random.ts';
import { cases as reduce } from './reduce-cases.ts';
import { cases as rotary } from './rotary.ts';
import { cases as scatterAdd } from './scatter-add.ts';
import { cases as softmax } from './softmax-cases.ts';
import { cases as sort } from './sort-cases.ts';
import { cases as take } from './take.ts';
import { cases as updateSlice } from './update-slice.ts';

const files = {
  activation,
  arithmetic,
  attention,
  concat,
  cumsum,
  dropout,
  exponential,
  gather,
  linearCrossEntropy,
  logic,
  loss,
  masks,
  matmul,
  movement,
  normalization,
  quantizedLinear,
  random,
  reduce,
  rotary,
  scan,
  scatterAdd,
  softmax,
  sort,
  take,
  updateSlice,
};

/** A case and the file of operations it belongs to. */
export interface NamedCase {
  readonly operation: string;
  readonly test: OpCase;
}

/** Every case of every operation. */
export const opCases: readonly NamedCase[] = Object.entries(files).flatMap(([operation, cases]) =>
  cases.map((test) => ({ operation, test })),
);
