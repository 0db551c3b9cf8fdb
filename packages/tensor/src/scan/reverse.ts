import { gradients } from '../autograd.ts';
import { isFloat } from '../dtype.ts';
import {
  apply,
  type GradientContext,
  leaf,
  type Node,
  type Op,
  outputsOf,
  topologicalOrder,
  unobserved,
} from '../graph.ts';
import { add } from '../ops/arithmetic.ts';
import { cast } from '../ops/cast.ts';
import * as leaves from '../ops/leaf.ts';
import { zerosLike } from '../ops/where.ts';
import { ScanAttributes } from './attributes.ts';
import { close } from './close.ts';
import { stackedDtype } from './words.ts';

/** A parameter of the new body with the value it stands for. */
interface Given {
  readonly parameter: Node;
  /** What it is at the first step, or the stack of what it is at each. */
  readonly value: Node;
}

/**
 * The gradients of a scan, by a scan in the other direction: its state is the gradient of the state, and the
 * sums of the gradients of captured values so far; its results are the gradients of what was scanned.
 *
 * @param op the scan to make
 * @returns a gradient per input of the scan, undefined where there is none
 */
export function reverseScan(
  context: GradientContext<ScanAttributes>,
  op: Op<ScanAttributes>,
): (Node | undefined)[] {
  const { inputs, attributes, gradientOf } = unobserved(() => recordReverse(context));
  const made = outputsOf(apply(op, inputs, attributes));
  const results = new Map(gradientOf.map((parameter, i) => [parameter, made[i]!]));
  const { carries, elements, captured } = context.attributes.body;
  return [...carries, ...elements, ...captured].map((parameter) => results.get(parameter));
}

/** A scan to be made, and of which parameters of the first one its outputs are the gradients. */
interface Recorded {
  readonly inputs: readonly Node[];
  readonly attributes: ScanAttributes;
  readonly gradientOf: readonly Node[];
}

function recordReverse({
  inputs,
  outputs,
  attributes,
  upstream,
  wants,
}: GradientContext<ScanAttributes>): Recorded {
  const { body, steps, reverse, saved } = attributes;
  const { carries, elements, captured } = body;
  const firstCaptured = carries.length + elements.length;

  // Gradients that arrive: with the state from the step before (the next in time), and for each result.
  const stateGradients = carries.map((carry, i): Given | undefined =>
    isFloat(carry.dtype)
      ? { parameter: parameterOf(carry), value: upstream[i] ?? zerosLike(inputs[i]!) }
      : undefined,
  );
  const resultGradients = body.results.map((result, i): Given | undefined => {
    const value = upstream[carries.length + i];
    return value && { parameter: parameterOf(result), value };
  });
  const arriving = [
    ...body.next.map((node, i) => ({ node, given: stateGradients[i] })),
    ...body.results.map((node, i) => ({ node, given: resultGradients[i] })),
  ].filter(({ given }) => given);
  const isWanted = (parameter: Node, input: number) =>
    isFloat(parameter.dtype) && parameter.differentiable && wants(input);
  const wrt = [
    ...carries.filter((_, i) => stateGradients[i]),
    ...elements.filter((element, i) => isWanted(element, carries.length + i)),
    ...captured.filter((parameter, i) => isWanted(parameter, firstCaptured + i)),
  ];
  const found = gradients(
    arriving.map(({ node }) => node),
    arriving.map(({ given }) => given!.parameter),
    wrt,
    { independent: true },
  );
  const gradientOf = new Map(wrt.map((parameter, i) => [parameter, found[i]]));

  const sums = captured.flatMap((parameter): (Given & { of: Node; next: Node })[] => {
    const gradient = gradientOf.get(parameter);
    if (!gradient) return [];
    const sum = parameterOf(parameter);
    return [
      { of: parameter, parameter: sum, value: zerosLike(parameter), next: add(sum, gradient) },
    ];
  });
  const scanned = elements.flatMap((of) => {
    const gradient = gradientOf.get(of);
    return gradient ? [{ of, gradient: cast(gradient, stackedDtype(gradient)) }] : [];
  });
  const states = stateGradients.flatMap((given, i) =>
    given
      ? [{ ...given, of: carries[i]!, next: gradientOf.get(carries[i]!) ?? zerosLike(carries[i]!) }]
      : [],
  );

  // Values of the steps: what was scanned, what was saved, and the gradients of the results.
  const replaced = new Map(captured.map((parameter, i) => [parameter, inputs[firstCaptured + i]!]));
  const stacks: Given[] = [
    ...elements.map((parameter, i) => ({ parameter, value: inputs[carries.length + i]! })),
    ...resultGradients.flatMap((given) => given ?? []),
  ];
  for (const [node, result] of saved) {
    const parameter = parameterOf(body.results[result]!);
    replaced.set(node, cast(parameter, node.dtype));
    stacks.push({ parameter, value: outputs[carries.length + result]! });
  }
  const state = [...states, ...sums];
  const closed = close(
    [...state.map(({ next }) => next), ...scanned.map(({ gradient }) => gradient)],
    {
      parameters: new Set([...state, ...stacks].map(({ parameter }) => parameter)),
      replaced,
      outside: 0,
    },
  );
  const used = new Set(topologicalOrder(closed.outputs));
  const read = stacks.filter(({ parameter }) => used.has(parameter));
  const next = {
    carries: state.map(({ parameter }) => parameter),
    elements: read.map(({ parameter }) => parameter),
    captured: closed.captured.map(({ parameter }) => parameter),
    next: closed.outputs.slice(0, state.length),
    results: closed.outputs.slice(state.length),
  };
  return {
    inputs: [
      ...[...state, ...read].map(({ value }) => value),
      ...closed.captured.map(({ outer }) => outer),
    ],
    attributes: new ScanAttributes(next, { steps, reverse: !reverse }),
    gradientOf: [...state, ...scanned].map(({ of }) => of),
  };
}

function parameterOf({ shape, dtype }: Node): Node {
  return leaf(leaves.input, { index: 0 }, { shape, dtype }, { differentiable: true });
}
