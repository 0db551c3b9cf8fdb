/**
 * The graph as the compiler sees it: operations that compute something, and values as they read them.
 *
 * @module
 */
import type { Backend } from '../backend/interface.ts';
import type { DType } from '../dtype.ts';
import type { Node, Spec } from '../graph.ts';
import type { ReduceOperator } from '../ir/kernel.ts';
import { type Shape, sizeOf } from '../shape.ts';
import { follow, type Step, View } from './view.ts';

/** One operation that computes something, or a value that is already there. */
export interface Vertex {
  readonly id: number;
  /** When the program came to it: the id of the node, of the outermost composite for parts of a definition. */
  readonly written: number;
  readonly kind: 'leaf' | 'elementwise' | 'reduction' | 'indexed' | 'matmul' | 'coarse';
  readonly name: string;
  readonly attributes: unknown;
  readonly inputs: readonly Edge[];
  readonly outputs: readonly Spec[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly scope: string;
  /** For leaves: the graph node that holds the value. */
  readonly node: Node | undefined;
}

/** A value as an operation reads it: an output of a vertex through an index path. */
export interface Edge {
  readonly source: Vertex;
  readonly output: number;
  readonly steps: readonly Step[];
  readonly shape: Shape;
}

/** Attributes of a reduction vertex: its input is seen as `[...kept, length]`. */
export interface Reduction {
  readonly operator: ReduceOperator;
  readonly kept: Shape;
  readonly length: number;
}

/** What the compiler must know of the device: see `Backend`. */
export type Capabilities = Pick<
  Backend,
  | 'supports'
  | 'scratch'
  | 'takesStrided'
  | 'repeats'
  | 'overwrites'
  | 'joins'
  | 'pairs'
  | 'readsQuantized'
  | 'prologues'
  | 'takesPrologue'
  | 'scatters'
>;

/** The index map of an edge over its source's buffer. */
export function viewOf(edge: Edge): View {
  return follow(View.contiguous(edge.source.outputs[edge.output]!.shape), edge.steps)!;
}

/** Whether an edge reads a whole buffer in order, so that no copy is needed to have it row-major. */
export function isWhole(edge: Edge): boolean {
  return (
    viewOf(edge).isIdentity &&
    sizeOf(edge.shape) === sizeOf(edge.source.outputs[edge.output]!.shape)
  );
}

/** Whether a node's value is there already or comes from outside. */
export function isLeaf(node: Node): boolean {
  return node.storage !== undefined || node.op.kind === 'leaf';
}
