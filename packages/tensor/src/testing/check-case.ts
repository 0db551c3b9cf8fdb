import type { DType } from '../dtype.ts';
import { type Node, topologicalOrder } from '../graph.ts';
import type { OpCase } from '../ops/case.ts';
import { evaluate } from '../reference/evaluate.ts';
import { type GradientGraph, gradientGraphOf, graphOf, secondOrderGraphOf } from './case-graph.ts';
import { expectClose } from './compare.ts';

/** Computes the elements of some nodes in row-major order: a backend, or a way of compiling for it. */
export type Evaluator = (nodes: readonly Node[]) => Promise<readonly ArrayLike<number>[]>;

/** Throws unless an evaluator gives the oracle's values for a case. */
export async function checkForward(test: OpCase, evaluator: Evaluator): Promise<void> {
  const { inputs, outputs } = graphOf(test);
  await checkNodes(`${test.name}: output`, outputs, evaluator, test, [...inputs, ...outputs]);
}

/** Throws unless an evaluator gives the oracle's values for a case's gradients (if it has any). */
export async function checkBackward(test: OpCase, evaluator: Evaluator): Promise<void> {
  const graph = gradientGraphOf(test);
  if (!graph) return;
  // The random upstream is not of small integers, so nothing is exact here; its size, 1, is that of the terms.
  const tolerance = { ...test, exact: false, relative: false, termSize: 1 };
  const nodes = topologicalOrder(graph.gradients);
  await checkNodes(`${test.name}: gradient`, graph.gradients, evaluator, tolerance, nodes);
}

async function checkNodes(
  what: string,
  nodes: readonly Node[],
  evaluator: Evaluator,
  test: OpCase & { readonly termSize?: number },
  through: readonly { dtype: DType }[],
): Promise<void> {
  const want = evaluate(nodes);
  const got = await evaluator(nodes);
  nodes.forEach((node, i) => {
    const dtypes = [node.dtype, ...through.map(({ dtype }) => dtype)];
    expectClose(`${what} ${i}`, got[i]!, want[i]!, { ...test, dtypes });
  });
}

/**
 * Throws unless a case's gradients agree with finite differences, both taken in double precision on the
 * oracle. The gradient of the gradient is checked where the case asks for it.
 */
export function checkFiniteDifferences(test: OpCase): void {
  const first = gradientGraphOf(test);
  if (first) compareWithDifferences(`${test.name}: gradient`, first);
  const second = secondOrderGraphOf(test);
  if (second) compareWithDifferences(`${test.name}: second-order gradient`, second);
}

function compareWithDifferences(what: string, { inputs, loss, gradients }: GradientGraph): void {
  const exact = { round: false };
  const analytic = evaluate(gradients, exact);
  const points = evaluate(inputs, exact);
  inputs.forEach((input, i) => {
    const point = points[i]!;
    const at = (element: number, offset: number) => {
      const moved = point.with(element, point[element]! + offset);
      return evaluate([loss], { ...exact, values: new Map([[input, moved]]) })[0]![0]!;
    };
    const largest = analytic[i]!.reduce((most, g) => Math.max(most, Math.abs(g)), 1);
    analytic[i]!.forEach((gradient, element) => {
      const difference = centralDifference((offset) => at(element, offset));
      // The stencil's own error is h⁴ f⁽⁵⁾ / 30 ≈ 3e-14 · f⁽⁵⁾, rounding's 1e-13 · f.
      if (!(Math.abs(difference - gradient) <= 1e-7 * largest)) {
        throw new Error(
          `${what} of input ${i}: element ${element} is ${gradient}, finite differences give ${difference}`,
        );
      }
    });
  });
}

/** f′(0) by the five-point stencil. */
function centralDifference(f: (offset: number) => number): number {
  const h = 1e-3;
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}
