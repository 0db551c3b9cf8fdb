import { sameShape, sizeOf } from '../shape.ts';
import type { Group, Path } from './group.ts';
import { type Edge, isWhole, type Vertex } from './vertex.ts';
import type { VertexGraph } from './vertex-graph.ts';
import type { Step } from './view.ts';

/**
 * Whether a vertex replaces a slice of a variable that nothing else reads: then the loop that computes the slice may
 * write it there, and the rest of the variable stays as it is.
 *
 * @param roots what the plan is for; the variable's new value must be one of them, once
 * @param overwrites for values that are written over a leaf, a variable's old value: that leaf
 */
export function isSliceInPlace(
  vertex: Vertex,
  graph: VertexGraph,
  roots: readonly Edge[],
  overwrites: ReadonlyMap<Vertex, Vertex> | undefined,
): boolean {
  if (vertex.kind !== 'coarse' || vertex.name !== 'updateSlice') return false;
  const variable = vertex.inputs[0]!;
  return (
    overwrites?.get(vertex) === variable.source &&
    isWhole(variable) &&
    graph.usersOf(variable.source).length === 1 &&
    roots.filter(({ source }) => source === vertex).length === 1
  );
}

/**
 * Gives a group that writes a slice, and computes no more yet than where it begins, the index space of the slice's last
 * operation, where that is the slice's own cut in other pieces: rotated keys are computed by halves of heads.
 *
 * @param paths by which the group reads the vertex
 * @returns these, from then on
 */
export function inSpaceOf(vertex: Vertex, group: Group, paths: readonly Path[]): Path[] {
  const steps: Step[] = [{ op: 'reshape', shape: vertex.shape }];
  const isOther =
    group.slice !== undefined &&
    [...group.members.keys()].every((each) => each === group.slice || sizeOf(each.shape) === 1) &&
    !sameShape(group.space, vertex.shape) &&
    paths.every((path) => group.level(vertex.shape, path) === 'element') &&
    group.canFollow(steps);
  if (!isOther) return [...paths];
  group.recut(vertex);
  return [[]];
}
