import { gradients } from '../autograd.ts';
import { encode, isFloat } from '../dtype.ts';
import { leaf, type Node } from '../graph.ts';
import { add, mul } from '../ops/arithmetic.ts';
import { sum } from '../ops/broadcast.ts';
import type { OpCase } from '../ops/case.ts';
import { cast } from '../ops/cast.ts';
import { data } from '../ops/leaf.ts';
import { zerosLike } from '../ops/where.ts';
import { drawValues, seedOf } from './draw.ts';

/** A case as a graph. */
export interface CaseGraph {
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** The gradients of a case, with the operation in mid-graph and a random upstream. */
export interface GradientGraph {
  /** The inputs that gradients are taken for. */
  readonly inputs: readonly Node[];
  /** A scalar function of them. */
  readonly loss: Node;
  /** ∂ loss / ∂ input, one per input. */
  readonly gradients: readonly Node[];
}

/** Builds a case's inputs and outputs. */
export function graphOf(test: OpCase): CaseGraph {
  const inputs = inputsOf(test);
  return { inputs, outputs: outputsOf(test, inputs) };
}

/** Builds a case's gradients, or undefined where it has none. */
export function gradientGraphOf(test: OpCase): GradientGraph | undefined {
  if (test.gradient === false) return undefined;
  const leaves = inputsOf(test);
  const wrt = leaves.filter((input) => input.differentiable);
  // Something before and after the operation: a rule that forgets its upstream, or that only works at a leaf, fails.
  const between = leaves.map((input) => (input.differentiable ? mul(input, 1.25) : input));
  const outputs = outputsOf(test, between).filter(({ dtype }) => isFloat(dtype));
  if (wrt.length === 0 || outputs.length === 0) return undefined;
  const loss = weighted(test, outputs, 100);
  return { inputs: wrt, loss, gradients: gradientsOf(test, loss, wrt, false) };
}

/** The gradients of a random projection of a case's gradients. */
export function secondOrderGraphOf(test: OpCase): GradientGraph | undefined {
  if (!test.secondOrder) return undefined;
  const first = gradientGraphOf(test);
  if (!first) throw new Error(`${test.name}: has no gradient to differentiate`);
  const loss = weighted(test, first.gradients, 200);
  return { inputs: first.inputs, loss, gradients: gradientsOf(test, loss, first.inputs, true) };
}

function inputsOf(test: OpCase): Node[] {
  const seed = seedOf(test.name);
  return test.inputs.map((input, position) => {
    const { shape, dtype = 'f32' } = input;
    const bytes = encode(dtype, drawValues(input, seed, position));
    const differentiable = isFloat(dtype) && input.differentiable !== false;
    return leaf(data, { bytes }, { shape, dtype }, { differentiable });
  });
}

function outputsOf(test: OpCase, inputs: readonly Node[]): readonly Node[] {
  const built = test.build(inputs);
  return Array.isArray(built) ? (built as Node[]) : [built as Node];
}

/** Σ outputs · random weights, in f32 */
function weighted(test: OpCase, outputs: readonly Node[], position: number): Node {
  const seed = seedOf(test.name);
  return outputs
    .map((output, i) => {
      const { shape } = output;
      const bytes = encode('f32', drawValues({ shape }, seed, position + i));
      return sum(mul(cast(output, 'f32'), leaf(data, { bytes }, { shape, dtype: 'f32' })));
    })
    .reduce((a, b) => add(a, b));
}

/** A gradient that is missing is an error where it is wanted, and zero for a function that is linear. */
function gradientsOf(test: OpCase, loss: Node, inputs: readonly Node[], linear: boolean): Node[] {
  return gradients([loss], [undefined], inputs).map((gradient, i) => {
    if (!gradient && !linear) throw new Error(`${test.name}: no gradient for input ${i}`);
    return gradient ?? zerosLike(inputs[i]!);
  });
}
