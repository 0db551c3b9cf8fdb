import type { Op } from '../graph.ts';
import type { PrimitiveName, primitives } from '../ops/primitives.ts';
import { binaryRules, otherRules, unaryRules } from './elementwise.ts';
import { indexedRules } from './indexed.ts';
import { leafRules } from './leaf.ts';
import { movementRules } from './movement.ts';
import type { Rule } from './operand.ts';
import { reduceRules } from './reduce.ts';

type AttributesOf<Operation> = Operation extends Op<infer Attributes> ? Attributes : never;

/** One rule per primitive (`pick` is the evaluator's own): a missing one does not compile. */
type Rules = {
  [Name in Exclude<PrimitiveName, 'pick'>]: Rule<AttributesOf<(typeof primitives)[Name]>>;
};

/** How each primitive is evaluated. */
export const rules: Rules = {
  ...leafRules,
  ...movementRules,
  ...unaryRules,
  ...binaryRules,
  ...otherRules,
  ...reduceRules,
  ...indexedRules,
};
