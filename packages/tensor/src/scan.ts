import { stack } from './functional.ts';
import type { Tensor } from './tensor.ts';
import { mapTensors, tensorsOf } from './tree.ts';

/** What a scan's body makes of the state so far and one element. */
export type ScanBody<Carry, Xs, Ys> = (carry: Carry, x: Xs) => readonly [carry: Carry, y: Ys];

/**
 * Runs `body` over the first axis of `xs`, passing a state along, as `jax.lax.scan`: recurrent networks,
 * linear-chain models, beam steps. Gradients flow back through all steps.
 *
 * The steps are written out in the graph, so a compiled function holds a plan of all of them: its size grows
 * with the number of steps.
 *
 * @param carry the first state: a tensor, or tensors in arrays and plain objects
 * @param xs tensors of one first size, alone, in arrays or in plain objects
 * @returns the last state, and what the body gave at each step, stacked along a new first axis
 * @throws RangeError if `xs` has no tensor, or first sizes differ, or there is no step
 */
export function scan<Carry, Xs, Ys>(
  body: ScanBody<Carry, Xs, Ys>,
  carry: Carry,
  xs: Xs,
): { carry: Carry; ys: Ys } {
  const steps = stepsOf(tensorsOf(xs));
  let state = carry;
  const results: Ys[] = [];
  for (let step = 0; step < steps; step++) {
    const [next, y] = body(state, mapTensors(xs, (tensor) => tensor.slice(step)) as Xs);
    checkSameSpecs(tensorsOf(state), tensorsOf(next), step);
    state = next;
    results.push(y);
  }
  const parts = results.map(tensorsOf);
  let position = 0;
  const ys = mapTensors(results[0], () => {
    const index = position++;
    return stack(parts.map((tensors) => tensors[index]!));
  }) as Ys;
  return { carry: state, ys };
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

function checkSameSpecs(before: readonly Tensor[], after: readonly Tensor[], step: number): void {
  const describe = (list: readonly Tensor[]) =>
    list.map(({ dtype, shape }) => `${dtype}[${shape.join(', ')}]`).join(', ');
  if (describe(before) !== describe(after)) {
    throw new RangeError(
      `scan: step ${step} changed the state from ${describe(before)} to ${describe(after)}; it must keep shapes and dtypes`,
    );
  }
}
