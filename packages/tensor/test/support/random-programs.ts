/**
 * Random programs for fast-check, their inputs, and the comparison with the oracle.
 */
import fc from 'fast-check';
import { encode } from '../../src/dtype.ts';
import type { Node } from '../../src/graph.ts';
import { leaf } from '../../src/graph.ts';
import * as leaves from '../../src/ops/leaf.ts';
import { evaluate } from '../../src/reference/index.ts';
import { sizeOf } from '../../src/shape.ts';
import { expectClose, operationCount, type RandomProgram } from '../../src/testing/index.ts';

/** Programs drawn per property. */
export const programRuns = process.env.LLM_TEST_FULL ? 2000 : 150;

const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
const step = fc.record({
  operation: fc.nat(operationCount - 1),
  first: fc.nat(40),
  second: fc.nat(40),
  choice: fc.nat(11),
});
/** Programs of up to three small inputs, forty steps and three outputs. */
export const programs: fc.Arbitrary<RandomProgram> = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
  outputs: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
});

const valuesOf = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) =>
    Math.fround(Math.sin((i + 1) * 78.233 + seed * 12.9898) * 0.9),
  );

/** Inputs that are leaves of a graph, differentiable, with the given values. */
export function inputsOf(program: RandomProgram, seed: number): Node[] {
  return program.shapes.map((dimensions, i) =>
    leaf(
      leaves.data,
      { bytes: encode('f32', valuesOf(sizeOf(dimensions), seed + i)) },
      { shape: dimensions, dtype: 'f32' },
      { differentiable: true },
    ),
  );
}

/** Throws unless values agree with the oracle's. */
export function checkProgram(
  what: string,
  got: readonly ArrayLike<number>[],
  nodes: readonly Node[],
): void {
  const want = evaluate(nodes);
  nodes.forEach((node, i) => {
    // Sums of up to 600 terms, through chains whose gradients are of the order of one.
    const tolerance = { dtypes: [node.dtype], terms: 4000, termSize: 1 };
    expectClose(`${what}: value ${i}`, got[i]!, want[i]!, tolerance);
  });
}
