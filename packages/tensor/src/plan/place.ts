import { storedBytes } from '../dtype.ts';
import type { Vertex } from '../fuse/vertex.ts';
import type { Node } from '../graph.ts';
import { sizeOf } from '../shape.ts';

/** Where a stored value lives. */
export type Place =
  /** In an output of the plan. */
  | { readonly fresh: number }
  /** Over a variable's old value. */
  | { readonly variable: Node }
  /** In the arena, as one of the plan's lifetimes. */
  | { readonly arena: number };

/** A name for an output of a vertex. */
export function keyOf(vertex: Vertex, output: number): string {
  return `${vertex.id}.${output}`;
}

/** Bytes that an output of a vertex takes. */
export function bytesOf(vertex: Vertex, output: number): number {
  const { shape, dtype } = vertex.outputs[output]!;
  return storedBytes(dtype, sizeOf(shape));
}
