import { type Node, topologicalOrder } from '../graph.ts';
import { operationKey, structuralKey } from '../key.ts';

/** One step of a scan: a graph of its own, whose leaves are its parameters. */
export interface ScanBody {
  /** Parameters for the state before the step. */
  readonly carries: readonly Node[];
  /** Parameters for the step's elements of what is scanned. */
  readonly elements: readonly Node[];
  /** Parameters for what is the same at every step. */
  readonly captured: readonly Node[];
  /** The state after the step; one per carry, of its shape and dtype. */
  readonly next: readonly Node[];
  /** What is stacked over the steps. No value has padding: each takes a whole number of words. */
  readonly results: readonly Node[];
}

/** What a scan node is told. Its inputs are carries, stacks of elements, captured values. */
export class ScanAttributes {
  readonly body: ScanBody;
  /** Number of steps, at least 1. */
  readonly steps: number;
  /** Whether it begins with the last element; results are stacked at the place of their elements. */
  readonly reverse: boolean;
  /** How many results are asked for; those after them are stacked for the gradient. */
  readonly ownResults: number;
  /** Values of the body that its gradient reads, with the result that holds each. */
  readonly saved: ReadonlyMap<Node, number>;
  #key: string | undefined;

  constructor(
    body: ScanBody,
    options: {
      steps: number;
      reverse: boolean;
      ownResults?: number;
      saved?: ReadonlyMap<Node, number>;
    },
  ) {
    this.body = body;
    this.steps = options.steps;
    this.reverse = options.reverse;
    this.ownResults = options.ownResults ?? body.results.length;
    this.saved = options.saved ?? new Map();
  }

  /** Equal for scans that compute the same from the same inputs. */
  toJSON(): string {
    this.#key ??= `${this.steps} ${this.reverse} ${keyOf(this.body)}`;
    return this.#key;
  }
}

function keyOf({ carries, elements, captured, next, results }: ScanBody): string {
  const parameters = new Map([...carries, ...elements, ...captured].map((node, i) => [node, i]));
  const roots = [...next, ...results];
  const order = topologicalOrder(roots, (node) => parameters.has(node));
  const positions = new Map(order.map((node, i) => [node, i]));
  const parts = order.map((node) => {
    const { op, attributes, inputs, dtype, shape } = node;
    const parameter = parameters.get(node);
    if (parameter !== undefined) return `#${parameter} ${dtype} ${shape}`;
    return `${operationKey(op)} ${structuralKey(attributes)} ${inputs.map((input) => positions.get(input))}`;
  });
  return `${parts.join(';')} → ${roots.map((root) => positions.get(root))}`;
}
