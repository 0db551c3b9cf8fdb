import type { Device } from '../device.ts';
import { decode, isFloat, storedBytes } from '../dtype.ts';
import { type Node, topologicalOrder } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { tensorsOf } from '../tree.ts';
import { evaluate } from './evaluate.ts';

/** Where a computation first left the finite numbers. */
export interface NonFinite {
  /** Name of the operation. */
  readonly operation: string;
  /** Path of the module that it belongs to; empty outside modules. */
  readonly scope: string;
  /** The first bad value: NaN, Infinity or −Infinity. */
  readonly value: number;
  /** Its position in row-major order. */
  readonly element: number;
  readonly shape: readonly number[];
}

/** A computation as `Compiled.trace` gives it. */
export interface TracedStep {
  /** What it computes: results and new values of variables. */
  readonly outputs: readonly Node[];
  /** What it reads. */
  readonly values: ReadonlyMap<Node, ArrayLike<number>>;
}

/**
 * Computes tensors again, operation by operation, on the oracle, and finds the first operation that made a NaN
 * or an infinity. Slow: for finding out why a step failed.
 *
 * @param outputs tensors, alone or in arrays and plain objects, or what `compiled.trace(...)` gave.
 * @returns undefined if everything is finite.
 * @example const found = await firstNonFinite(await step.trace(batch));
 */
export async function firstNonFinite(outputs: unknown): Promise<NonFinite | undefined> {
  const { nodes, given } = isTracedStep(outputs)
    ? { nodes: outputs.outputs, given: outputs.values }
    : { nodes: tensorsOf(outputs).map((tensor: Tensor) => tensor.node), given: undefined };
  const values = new Map(given ?? []);
  for (const node of topologicalOrder(nodes)) {
    if (node.inputs.length > 0 || !node.storage || values.has(node)) continue;
    const count = sizeOf(node.shape);
    const device = node.storage.device as Device;
    const bytes = await device.read(node.storage, storedBytes(node.dtype, count));
    values.set(node, decode(node.dtype, bytes, count));
  }
  for (const [node, numbers] of values) {
    const found = inspect(node, numbers);
    if (found) return found;
  }
  return search(nodes, values);
}

/** Thrown to end the evaluation early. */
class Found extends Error {
  constructor(readonly what: NonFinite) {
    super();
  }
}

function search(
  nodes: readonly Node[],
  values: ReadonlyMap<Node, ArrayLike<number>>,
): NonFinite | undefined {
  try {
    evaluate(nodes, {
      values,
      onValue: (node, outputs) => {
        for (const [i, numbers] of outputs.entries()) {
          const found = inspect(node, numbers, node.outputs[i]);
          if (found) throw new Found(found);
        }
      },
    });
  } catch (error) {
    if (error instanceof Found) return error.what;
    throw error;
  }
  return undefined;
}

function inspect(
  node: Node,
  numbers: ArrayLike<number>,
  { dtype, shape } = node.outputs[0]!,
): NonFinite | undefined {
  if (!isFloat(dtype)) return undefined;
  for (let element = 0; element < numbers.length; element++) {
    const value = numbers[element]!;
    if (!Number.isFinite(value)) {
      return { operation: node.op.name, scope: node.scope, value, element, shape };
    }
  }
  return undefined;
}

function isTracedStep(value: unknown): value is TracedStep {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as TracedStep).values instanceof Map &&
    Array.isArray((value as TracedStep).outputs)
  );
}
