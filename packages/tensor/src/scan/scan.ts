import { isFloat } from '../dtype.ts';
import { apply, leaf, type Node, outputsOf, type Spec, unobserved } from '../graph.ts';
import { cast } from '../ops/cast.ts';
import * as leaves from '../ops/leaf.ts';
import { indices } from '../ops/leaf.ts';
import { checkOptions } from '../ops/options.ts';
import { Tensor } from '../tensor.ts';
import { withRecording } from '../trace.ts';
import { mapTensors, tensorsOf } from '../tree.ts';
import { ScanAttributes, type ScanBody } from './attributes.ts';
import { close } from './close.ts';
import { ScanRecording } from './recording.ts';
import { savedValues } from './saved.ts';
import { scanOp } from './scan-op.ts';
import { stackedDtype } from './words.ts';

/** What a scan's step makes of the state so far and one element. */
export type ScanStep<Carry, Xs, Ys> = (carry: Carry, x: Xs) => readonly [carry: Carry, y: Ys];

/** Options of `scan`. */
export interface ScanOptions {
  /** Whether it begins with the last element; results lie where their elements lie. Default false. */
  readonly reverse?: boolean;
}

/**
 * Runs `step` over the first axis of `xs`, passing a state along, as `jax.lax.scan`: recurrent networks,
 * linear-chain models, beam steps.
 *
 * The step's JavaScript runs once; a plan holds the kernels of one step and repeats them, whatever the number of
 * steps. Gradients are a scan in the other direction, which reads what the first one stacked for it. What the
 * step uses from outside (weights) is captured; random draws differ at every step.
 *
 * @param carry the first state: a tensor, or tensors in arrays and plain objects
 * @param xs tensors of one first size, alone, in arrays or in plain objects
 * @returns the last state, and what the step gave each time, stacked along a new first axis
 * @throws RangeError if `xs` has no tensor, or first sizes differ, or there is no step. @throws Error if the step
 * assigns a variable, takes gradients by `backward()`, or reads a value.
 */
export function scan<Carry, Xs, Ys>(
  step: ScanStep<Carry, Xs, Ys>,
  carry: Carry,
  xs: Xs,
  options: ScanOptions = {},
): { carry: Carry; ys: Ys } {
  checkOptions('scan', options, ['reverse']);
  const { reverse = false } = options;
  const scanned = tensorsOf(xs);
  const steps = stepsOf(scanned);
  const { inputs, attributes, next, y } = unobserved(() =>
    record(step, carry, xs, { steps, reverse }),
  );
  const made = outputsOf(apply(scanOp, inputs, attributes));
  const first = attributes.body.carries.length;
  const ys = tensorsOf(y).map(({ dtype }, i) => cast(made[first + i]!, dtype));
  return { carry: filled(next, made) as Carry, ys: filled(y, ys) as Ys };
}

/** A scan to be made, and the values of its step as they were given. */
interface Recorded {
  readonly inputs: readonly Node[];
  readonly attributes: ScanAttributes;
  readonly next: unknown;
  readonly y: unknown;
}

/** Runs a step once, on parameters. */
function record<Carry, Xs, Ys>(
  step: ScanStep<Carry, Xs, Ys>,
  carry: Carry,
  xs: Xs,
  options: { steps: number; reverse: boolean },
): Recorded {
  const outside = parameterOf({ shape: [], dtype: 'f32' }).id;
  const first = tensorsOf(carry).map(({ node }) => node);
  const carries = first.map((node) => parameterOf(node, isFloat(node.dtype)));
  const scanned = tensorsOf(xs);
  const stacks = scanned.map(({ node }) => {
    const shape = node.shape.slice(1);
    return cast(node, stackedDtype({ shape, dtype: node.dtype }));
  });
  const elements = stacks.map(({ shape, dtype, differentiable }) =>
    parameterOf({ shape: shape.slice(1), dtype }, differentiable),
  );
  const seen = elements.map((element, i) => cast(element, scanned[i]!.dtype));

  const recording = new ScanRecording(options.steps);
  const [next, y] = withRecording(recording, () =>
    step(filled(carry, carries) as Carry, filled(xs, seen) as Xs),
  );
  const nextNodes = tensorsOf(next).map(({ node }) => node);
  checkSameSpecs(first, nextNodes);
  if (recording.step) {
    elements.push(recording.step);
    stacks.push(indices(options.steps));
  }
  const results = tensorsOf(y).map(({ node }) => cast(node, stackedDtype(node)));
  const closed = close([...nextNodes, ...results], {
    parameters: new Set([...carries, ...elements]),
    replaced: recording.finish(),
    outside,
  });
  const body: ScanBody = {
    carries,
    elements,
    captured: closed.captured.map(({ parameter }) => parameter),
    next: closed.outputs.slice(0, carries.length),
    results: closed.outputs.slice(carries.length),
  };
  const inputs = [...first, ...stacks, ...closed.captured.map(({ outer }) => outer)];
  const isDifferentiable = inputs.some(({ differentiable }) => differentiable);
  const saved = isDifferentiable ? savedValues(body, recording.step) : [];
  return { inputs, attributes: attributesOf(body, saved, options), next, y };
}

/** The scan's attributes, with `saved` values among the body's results. */
function attributesOf(
  body: ScanBody,
  saved: readonly Node[],
  options: { steps: number; reverse: boolean },
): ScanAttributes {
  const ownResults = body.results.length;
  const results = [...body.results, ...saved.map((node) => cast(node, stackedDtype(node)))];
  return new ScanAttributes(
    { ...body, results },
    { ...options, ownResults, saved: new Map(saved.map((node, i) => [node, ownResults + i])) },
  );
}

function parameterOf(spec: Spec, differentiable = false): Node {
  return leaf(leaves.input, { index: 0 }, spec, { differentiable });
}

/** A tree with other tensors, in order. */
function filled(tree: unknown, nodes: readonly Node[]): unknown {
  let position = 0;
  return mapTensors(tree, () => new Tensor(nodes[position++]!));
}

function stepsOf(tensors: readonly Tensor[]): number {
  const sizes = new Set(tensors.map(({ shape }) => shape[0]));
  const [steps] = sizes;
  if (sizes.size !== 1 || steps === undefined || steps === 0) {
    throw new RangeError(
      `scan: wants tensors of one first size above 0: got ${tensors.map(({ shape }) => `[${shape.join(', ')}]`).join(', ') || 'none'}`,
    );
  }
  return steps;
}

function checkSameSpecs(before: readonly Spec[], after: readonly Spec[]): void {
  const describe = (list: readonly Spec[]) =>
    list.map(({ dtype, shape }) => `${dtype}[${shape.join(', ')}]`).join(', ');
  if (describe(before) !== describe(after)) {
    throw new RangeError(
      `scan: a step changed the state from ${describe(before)} to ${describe(after)}; it must keep shapes and dtypes`,
    );
  }
}
