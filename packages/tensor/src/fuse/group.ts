/**
 * What one kernel computes: a set of vertices over one index space.
 *
 * @module
 */
import { contiguousStrides, type Shape, sameShape, sizeOf } from '../shape.ts';
import type { Edge, Reduction, Vertex } from './vertex.ts';
import { follow, type Step, View } from './view.ts';

/** A way from a vertex's own index space to the index space of its group. */
export type Path = readonly Step[];

/** Where a value lies in a group's index space. */
type Level =
  /** One element per point, in row-major order. */
  | 'element'
  /** One element per row: the last axis sees the same element. */
  | 'row'
  /** Neither: it can be computed there but not stored. */
  | 'other';

/** Vertices that become one kernel. */
export class Group {
  /** The index space, outermost axis first; with `reduces`, the last axis is reduced. */
  space: Shape;
  reduces = false;
  /** The matmul or coarse operation that this kernel is, if it is one. */
  host: Vertex | undefined;
  /** Whether what it was founded for is read by products that may compute it themselves. */
  feeds = false;
  /** A second product of the host's left operand, of which the epilogue is too. */
  partner: Vertex | undefined;
  /** The `updateSlice` whose slice is the space, which this kernel writes into a variable (see `isSliceInPlace`). */
  readonly slice: Vertex | undefined;
  /** The slice as it is read once the space is that of its last operation. */
  #computed: Edge | undefined;
  /** Vertices computed here, with the paths by which they are needed. */
  readonly members = new Map<Vertex, Path[]>();
  /** Every edge that members read, with the path of the member. */
  readonly reads: { edge: Edge; path: Path }[] = [];

  /** @param writesSlice whether the founder is an `updateSlice` that the kernel does in place */
  constructor(founder: Vertex, writesSlice = false) {
    this.slice = writesSlice ? founder : undefined;
    this.space = writesSlice ? founder.inputs[1]!.shape : founder.shape;
    if (founder.kind === 'reduction') {
      this.space = operandShape(founder);
      this.reduces = true;
    }
    if (!writesSlice && (founder.kind === 'matmul' || founder.kind === 'coarse'))
      this.host = founder;
    this.add(founder, [founder.kind === 'reduction' ? rowPath(founder.shape, this.space) : []]);
  }

  /** Makes a vertex a member. */
  add(vertex: Vertex, paths: readonly Path[]): void {
    this.members.set(vertex, [...paths]);
    for (const read of this.readsOf(vertex, paths)) this.reads.push(read);
  }

  /** What a vertex would read as a member. */
  readsOf(vertex: Vertex, paths: readonly Path[]): { edge: Edge; path: Path }[] {
    switch (vertex.kind) {
      case 'elementwise':
        return paths.flatMap((path) => vertex.inputs.map((edge) => ({ edge, path })));
      case 'reduction':
        return [{ edge: vertex.inputs[0]!, path: this.#operandPath(vertex) }];
      case 'indexed':
        // The data is looked up by value, not read along the path.
        return paths.map((path) => ({
          edge: vertex.inputs[1]!,
          path: [...indexSteps(vertex), ...path],
        }));
      default:
        return vertex === this.slice ? paths.flatMap((path) => this.#sliceReads(vertex, path)) : [];
    }
  }

  /** The index map of a value of `shape` over the space; undefined where strides cannot express it. */
  view(shape: Shape, path: Path): View | undefined {
    return follow(View.contiguous(shape), path);
  }

  /** The index map of an edge's buffer over the space. */
  read(edge: Edge, path: Path): View | undefined {
    return this.view(edge.source.outputs[edge.output]!.shape, [...edge.steps, ...path]);
  }

  /** Where a value of `shape` that comes by `path` lies; `byRows` tells how it would be if the last axis were reduced. */
  level(shape: Shape, path: Path, byRows = this.reduces): Level {
    const view = this.view(shape, path);
    if (!view || view.padded || view.offset !== 0) return 'other';
    if (sizeOf(shape) === sizeOf(this.space) && view.isIdentity) return 'element';
    const rows = this.space.slice(0, -1);
    const last = this.space.length - 1;
    const isRow =
      byRows &&
      last >= 0 &&
      (view.strides[last] === 0 || this.space[last] === 1) &&
      sizeOf(shape) === sizeOf(rows) &&
      isContiguous(rows, view.strides);
    return isRow ? 'row' : 'other';
  }

  /** Whether every read is still expressible when `steps` are appended. */
  canFollow(steps: readonly Step[]): boolean {
    const readable = this.reads.every(
      ({ edge, path }) => this.read(edge, [...path, ...steps]) !== undefined,
    );
    return readable && (!this.slice || this.slicePlaces(steps) !== undefined);
  }

  /** Takes the index space of the slice's last operation, of which the slice is a reshaped result. */
  recut(vertex: Vertex): void {
    const update = this.slice!.inputs[1]!;
    this.reframe([{ op: 'reshape', shape: vertex.shape }], vertex.shape);
    this.#computed = { source: vertex, output: 0, steps: [], shape: vertex.shape };
    const at = this.reads.findIndex(({ edge }) => edge === update);
    this.reads[at] = { edge: this.#computed, path: [] };
  }

  /**
   * Where elements of the slice go, `steps` after the space: their positions in the variable if the slice were at its
   * beginning, without those along the axis, which come by themselves.
   */
  slicePlaces(steps: Path = []): { readonly across: View; readonly along: View } | undefined {
    const { shape, inputs, attributes } = this.slice!;
    const { axis } = attributes as { axis: number };
    const size = inputs[1]!.shape;
    const [path] = this.members.get(this.slice!)!;
    const over = (strides: readonly number[]) =>
      follow(new View(size, strides, 0, new Array(size.length).fill(undefined)), [
        ...path!,
        ...steps,
      ]);
    const across = over(contiguousStrides(shape).with(axis, 0));
    const along = over(size.map((_, i) => (i === axis ? 1 : 0)));
    return across && along && { across, along };
  }

  /** Changes the index space: `steps` lead from the old one to `space`. */
  reframe(steps: readonly Step[], space: Shape): void {
    this.space = space;
    for (const [vertex, paths] of this.members) {
      this.members.set(
        vertex,
        paths.map((path) => [...path, ...steps]),
      );
    }
    this.reads.forEach((read, i) => {
      this.reads[i] = { edge: read.edge, path: [...read.path, ...steps] };
    });
  }

  /** What writing an element of a slice reads: the element, and the position where the slice begins. */
  #sliceReads({ inputs }: Vertex, path: Path): { edge: Edge; path: Path }[] {
    const [update, start] = [inputs[1]!, inputs[2]!];
    const { shape } = update;
    const everywhere: Path = [
      { op: 'reshape', shape: shape.map(() => 1) },
      { op: 'expand', shape },
    ];
    return [
      this.#computed ? { edge: this.#computed, path: [] } : { edge: update, path },
      { edge: start, path: [...everywhere, ...path] },
    ];
  }

  #operandPath(reduction: Vertex): Path {
    return sameShape(operandShape(reduction), this.space)
      ? []
      : [{ op: 'reshape', shape: this.space }];
  }
}

/** The index space of a reduction's operand. */
export function operandShape(reduction: Vertex): Shape {
  const { kept, length } = reduction.attributes as Reduction;
  return [...kept, length];
}

/** From one value per row to the whole space. */
function rowPath(rows: Shape, space: Shape): Path {
  const column = [...space.slice(0, -1), 1];
  const steps: Step[] = sameShape(rows, column) ? [] : [{ op: 'reshape', shape: column }];
  return sameShape(column, space) ? steps : [...steps, { op: 'expand', shape: space }];
}

/** From the shape of the indices to the shape of what they pick (`take`); nothing for `gather`. */
export function indexSteps(vertex: Vertex): Path {
  if (vertex.name === 'gather') return [];
  const { axis } = vertex.attributes as { axis: number };
  const indices = vertex.inputs[1]!.shape;
  const after = vertex.shape.length - axis - indices.length;
  const aligned = [
    ...new Array<number>(axis).fill(1),
    ...indices,
    ...new Array<number>(after).fill(1),
  ];
  return [
    { op: 'reshape', shape: aligned },
    { op: 'expand', shape: vertex.shape },
  ];
}

function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  const expected = contiguousStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}
