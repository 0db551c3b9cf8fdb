import { describe, expect, it } from 'vitest';
import { topologicalOrder } from '../../src/graph.ts';
import { opCases } from '../../src/ops/cases.ts';
import { type PrimitiveName, primitives } from '../../src/ops/primitives.ts';
import { evaluate } from '../../src/reference/index.ts';
import { gradientGraphOf, graphOf } from '../../src/testing/case-graph.ts';
import {
  checkBackward,
  checkFiniteDifferences,
  checkForward,
  type Evaluator,
} from '../../src/testing/check-case.ts';

const doubles: Evaluator = async (nodes) => evaluate(nodes, { round: false });

describe.each(opCases)('$operation: $test.name', ({ test }) => {
  // Doubles against values rounded at each step: the tolerances hold, and no definition cancels badly.
  if (!test.exact) it('is numerically stable', () => checkForward(test, doubles));

  it('has gradients that are stable', () => checkBackward(test, doubles));

  it('has gradients that finite differences confirm', () => checkFiniteDifferences(test));

  it('is made of composites and known primitives', () => {
    const { outputs } = graphOf(test);
    const nodes = topologicalOrder([...outputs, ...(gradientGraphOf(test)?.gradients ?? [])]);
    for (const { op } of nodes) {
      if (op.kind === 'composite') expect(op.compose).toBeTypeOf('function');
      else expect(primitives[op.name as PrimitiveName]?.kind).toBe(op.kind);
    }
  });
});

it('has a distinct name for each case of a file', () => {
  const names = opCases.map(({ operation, test }) => `${operation}: ${test.name}`);
  expect(new Set(names).size).toBe(names.length);
});
