import { gradientOfDefinition } from '../autograd.ts';
import type { Node, Op, Spec } from '../graph.ts';
import { stack } from '../ops/concat.ts';
import { getSlices } from '../ops/indexing.ts';
import type { ScanAttributes } from './attributes.ts';
import { instantiate } from './close.ts';
import { reverseScan } from './reverse.ts';

const infer: Op<ScanAttributes>['infer'] = (_, { body, steps }): Spec[] => [
  ...body.carries.map(({ shape, dtype }) => ({ shape, dtype })),
  ...body.results.map(({ shape, dtype }) => ({ shape: [steps, ...shape], dtype })),
];

/** All steps written out: what the oracle computes, and backends that cannot repeat a part of a plan. */
const compose = (
  inputs: readonly Node[],
  { body, steps, reverse }: ScanAttributes,
): readonly Node[] => {
  const { carries, elements, captured, next, results } = body;
  const parameters = [...carries, ...elements, ...captured];
  const values = new Map(parameters.map((parameter, i) => [parameter, inputs[i]!]));
  const stacks = results.map(() => new Array<Node>(steps));
  for (let i = 0; i < steps; i++) {
    const step = reverse ? steps - 1 - i : i;
    elements.forEach((element, e) => {
      values.set(element, getSlices(inputs[carries.length + e]!, [step]));
    });
    const computed = instantiate([...next, ...results], values);
    carries.forEach((carry, c) => {
      values.set(carry, computed[c]!);
    });
    results.forEach((_, r) => {
      stacks[r]![step] = computed[next.length + r]!;
    });
  }
  return [...carries.map((carry) => values.get(carry)!), ...stacks.map((parts) => stack(parts))];
};

/** A scan whose gradient is that of its steps written out. */
const writtenOut: Op<ScanAttributes> = { name: 'scan', kind: 'composite', infer, compose };

/**
 * `steps` times a body, with a state passed along. Inputs: the first state, what is scanned, captured values.
 * Outputs: the last state, then the body's results, stacked.
 *
 * The gradient is a scan in the other direction. It reads values of the body that this scan stacks for it, so
 * that nothing is computed twice; a second gradient goes by the definition.
 */
export const scanOp: Op<ScanAttributes> = {
  ...writtenOut,
  gradient: (context) => {
    const { body, ownResults } = context.attributes;
    const readsSaved = context.upstream.slice(body.carries.length + ownResults).some(Boolean);
    if (readsSaved) {
      const { inputs, attributes, upstream } = context;
      return gradientOfDefinition({ op: writtenOut as Op, inputs, attributes }, upstream);
    }
    return reverseScan(context, writtenOut);
  },
};
