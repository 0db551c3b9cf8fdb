/**
 * From a graph to a plan: the kernels to run, in order, with the memory of every value.
 *
 * @module
 */
import type { Plan, PlanBuffer, PlanStep } from '../backend/interface.ts';
import { storedBytes } from '../dtype.ts';
import { type BufferValue, type EmittedKernel, emit, scalarCapacity } from '../fuse/emit.ts';
import { fuse } from '../fuse/fuse.ts';
import { type Capabilities, type Edge, type Vertex, VertexBuilder } from '../fuse/vertex.ts';
import type { Node } from '../graph.ts';
import type { Kernel, LoopKernel } from '../ir/kernel.ts';
import { sizeOf } from '../shape.ts';
import { type Lifetime, largestLiveSum, placeInArena } from './memory.ts';

/** A graph to compute. */
export interface Graph {
  /** Values that the caller gets. */
  readonly outputs: readonly Node[];
  /** New values of variables, written over the old ones: the leaf that reads the variable, and the value. */
  readonly assigns: readonly { readonly variable: Node; readonly value: Node }[];
}

/** What to bind at one position of a plan. */
export type Binding =
  | { readonly kind: 'leaf'; readonly node: Node }
  | { readonly kind: 'scalars' }
  | { readonly kind: 'output'; readonly index: number };

/** A plan and what its bindings mean. */
export interface Lowered {
  readonly plan: Plan;
  readonly bindings: readonly Binding[];
  /** Host scalars in the order of their slots. */
  readonly scalars: readonly Node[];
  /** Per output: its position among the fresh buffers, or the leaf that holds it already. */
  readonly outputs: readonly ({ readonly fresh: number } | { readonly leaf: Node })[];
  /** Bytes of each fresh buffer. */
  readonly freshBytes: readonly number[];
  /** The largest sum of live temporaries over the schedule: a lower bound for `plan.arenaBytes`. */
  readonly liveBytes: number;
}

/** Options of `lower`, for tests and comparisons. */
export interface LowerOptions {
  /** Whether kernels are fused. Default true. */
  readonly fusion?: boolean;
}

/** Compiles a graph for a device. */
export function lower(
  graph: Graph,
  capabilities: Capabilities,
  options: LowerOptions = {},
): Lowered {
  const builder = new VertexBuilder(capabilities);
  const roots = [...graph.outputs, ...graph.assigns.map(({ value }) => value)];
  const edges = builder.build(roots).map((edge, i) => {
    // An output may share a leaf's buffer unless the buffer changes later, as a variable's does.
    const changes = edge.source.name === 'variable' || i >= graph.outputs.length;
    return builder.materialized(edge, changes);
  });
  const overwrites = overwritesOf(graph, edges, builder);
  const { groups, stored } = fuse(edges, { ...options, overwrites });
  const scalars: Vertex[] = [];
  const kernels = groups
    .map((group) =>
      emit(group, {
        isStored: (vertex) => stored.get(vertex) === group,
        scalarSlot: (vertex) => slotOf(scalars, vertex),
      }),
    )
    .filter(({ kernel }) => !isEmpty(kernel));
  const scratch = kernels.map(({ kernel }) => capabilities.scratch(kernel));
  return new Planner(graph, edges, kernels, scratch, scalars).run();
}

/** Per value that is assigned: the leaf that reads the variable, if anything does. */
function overwritesOf(
  graph: Graph,
  edges: readonly Edge[],
  builder: VertexBuilder,
): Map<Vertex, Vertex> {
  const pairs = graph.assigns.flatMap(({ variable }, i): [Vertex, Vertex][] => {
    const leaf = builder.vertexOf(variable);
    return leaf ? [[edges[graph.outputs.length + i]!.source, leaf]] : [];
  });
  return new Map(pairs);
}

function slotOf(scalars: Vertex[], vertex: Vertex): number {
  const known = scalars.indexOf(vertex);
  if (known >= 0) return known;
  if (scalars.length === scalarCapacity) {
    throw new RangeError(
      `compile: more than ${scalarCapacity} host scalars in one plan; put them into one tensor`,
    );
  }
  return scalars.push(vertex) - 1;
}

/** Where a stored value lives. */
type Place = { readonly fresh: number } | { readonly variable: Node } | { readonly arena: number };

class Planner {
  readonly #places = new Map<string, Place>();
  readonly #lifetimes: { first: number; last: number; bytes: number }[] = [];
  readonly #freshBytes: number[] = [];
  readonly #copies: { from: Vertex; output: number; to: Node }[] = [];

  constructor(
    readonly graph: Graph,
    readonly edges: readonly Edge[],
    readonly kernels: readonly EmittedKernel[],
    /** Bytes of the scratch buffers of each kernel. */
    readonly scratch: readonly (readonly number[])[],
    readonly scalars: readonly Vertex[],
  ) {}

  run(): Lowered {
    const outputs = this.graph.outputs.map((_, i) => this.#placeOutput(this.edges[i]!));
    this.graph.assigns.forEach(({ variable }, i) => {
      this.#placeAssign(this.edges[this.graph.outputs.length + i]!, variable);
    });
    this.#placeTemporaries();
    const scratch = this.scratch.map((sizes, step) =>
      sizes.map((bytes) => this.#lifetimes.push({ first: step, last: step, bytes }) - 1),
    );
    const { offsets, bytes } = placeInArena(this.#lifetimes);
    const assembled = new Assembler(this.#places, this.#lifetimes, offsets, this.#freshBytes);
    this.kernels.forEach((emitted, i) => {
      assembled.step(emitted, scratch[i]!);
    });
    for (const { from, output, to } of this.#copies) assembled.copy(from, output, to);
    return {
      plan: assembled.plan(bytes),
      bindings: assembled.bindings,
      scalars: this.scalars.map(({ node }) => node!),
      outputs,
      freshBytes: this.#freshBytes,
      liveBytes: largestLiveSum(this.#lifetimes, this.kernels.length + 1),
    };
  }

  #placeOutput({ source, output }: Edge): { fresh: number } | { leaf: Node } {
    if (source.kind === 'leaf') return { leaf: source.node! };
    const key = keyOf(source, output);
    const known = this.#places.get(key);
    if (known && 'fresh' in known) return known;
    const place = { fresh: this.#freshBytes.push(bytesOf(source, output)) - 1 };
    this.#places.set(key, place);
    return place;
  }

  /** In place where every reader of the old value runs before the writer, or reads just what it overwrites. */
  #placeAssign({ source, output }: Edge, variable: Node): void {
    const key = keyOf(source, output);
    const inPlace = !this.#places.has(key) && this.#canOverwrite(source, output, variable);
    if (inPlace) this.#places.set(key, { variable });
    else this.#copies.push({ from: source, output, to: variable });
  }

  #canOverwrite(source: Vertex, output: number, variable: Node): boolean {
    const writer = this.kernels.findIndex(({ kernel, values }) =>
      values.some(
        (value, i) => isOutput(value, source, output) && kernel.buffers[i]!.access === 'write',
      ),
    );
    if (writer < 0) return false;
    return this.kernels.every(({ kernel, values }, i) => {
      const local = values.findIndex(
        (value) => value.kind === 'output' && value.vertex.node === variable,
      );
      if (local < 0 || i < writer) return true;
      const target = values.findIndex((value) => isOutput(value, source, output));
      return i === writer && readsWhatItWrites(kernel, local, target);
    });
  }

  #placeTemporaries(): void {
    this.kernels.forEach(({ values }, step) => {
      for (const value of values) {
        if (value.kind === 'scalars' || value.vertex.kind === 'leaf') continue;
        this.#use(value.vertex, value.output, step);
      }
    });
    for (const { from, output } of this.#copies) {
      if (from.kind !== 'leaf') this.#use(from, output, this.kernels.length);
    }
  }

  #use(vertex: Vertex, output: number, step: number): void {
    const key = keyOf(vertex, output);
    const place = this.#places.get(key);
    if (!place) {
      const bytes = bytesOf(vertex, output);
      this.#places.set(key, {
        arena: this.#lifetimes.push({ first: step, last: step, bytes }) - 1,
      });
    } else if ('arena' in place) this.#lifetimes[place.arena]!.last = step;
  }
}

/** Numbers the plan's buffers and bindings. */
class Assembler {
  readonly bindings: Binding[] = [];
  readonly #buffers: PlanBuffer[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #steps: PlanStep[] = [];

  constructor(
    readonly places: ReadonlyMap<string, Place>,
    readonly lifetimes: readonly Lifetime[],
    readonly offsets: readonly number[],
    readonly freshBytes: readonly number[],
  ) {}

  step({ kernel, values, scope }: EmittedKernel, scratch: readonly number[]): void {
    this.#steps.push({
      kernel,
      buffers: values.map((value) => this.#number(value)),
      scratch: scratch.map((lifetime) => this.#inArena(lifetime)),
      scope,
    });
  }

  copy(from: Vertex, output: number, to: Node): void {
    const spec = from.outputs[output]!;
    const size = sizeOf(spec.shape);
    if (size === 0) return;
    const buffers = [
      this.#number({ kind: 'output', vertex: from, output }),
      this.#binding(`leaf ${to.id}`, { kind: 'leaf', node: to }, storedBytes(to.dtype, size)),
    ];
    const kernel = copyKernel(spec.dtype, size);
    this.#steps.push({ kernel, buffers, scratch: [], scope: to.scope });
  }

  plan(arenaBytes: number): Plan {
    return {
      steps: this.#steps,
      buffers: this.#buffers,
      bindings: this.bindings.length,
      arenaBytes,
    };
  }

  #number(value: BufferValue): number {
    if (value.kind === 'scalars')
      return this.#binding('scalars', { kind: 'scalars' }, 4 * scalarCapacity);
    const { vertex, output } = value;
    if (vertex.kind === 'leaf') {
      const node = vertex.node!;
      return this.#binding(`leaf ${node.id}`, { kind: 'leaf', node }, bytesOf(vertex, output));
    }
    const place = this.places.get(keyOf(vertex, output))!;
    if ('variable' in place) {
      const node = place.variable;
      return this.#binding(`leaf ${node.id}`, { kind: 'leaf', node }, bytesOf(vertex, output));
    }
    if ('fresh' in place) {
      const index = place.fresh;
      return this.#binding(`fresh ${index}`, { kind: 'output', index }, this.freshBytes[index]!);
    }
    return this.#inArena(place.arena);
  }

  #inArena(lifetime: number): number {
    const { bytes } = this.lifetimes[lifetime]!;
    return this.#buffer(`arena ${lifetime}`, {
      kind: 'arena',
      offset: this.offsets[lifetime]!,
      bytes,
    });
  }

  #binding(key: string, binding: Binding, bytes: number): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.bindings.push(binding);
    return this.#buffer(key, { kind: 'binding', index: this.bindings.length - 1, bytes });
  }

  #buffer(key: string, buffer: PlanBuffer): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#buffers.push(buffer);
    this.#numbers.set(key, this.#buffers.length - 1);
    return this.#buffers.length - 1;
  }
}

/** A kernel that copies `size` elements. */
export function copyKernel(
  dtype: LoopKernel['buffers'][number]['dtype'],
  size: number,
): LoopKernel {
  const type =
    dtype === 'bool' || dtype === 'u32'
      ? dtype
      : ['f32', 'f16', 'bf16'].includes(dtype)
        ? 'f32'
        : 'i32';
  return {
    kind: 'loop',
    name: 'copy',
    buffers: [
      { dtype, size, access: 'read' },
      { dtype, size, access: 'write' },
    ],
    axes: [size],
    reduces: false,
    instructions: [{ op: 'load', access: { buffer: 0, offset: 0, strides: [1] }, type }],
    stores: [{ value: 0, buffer: 1, offset: 0, strides: [1] }],
  };
}

/** Whether a kernel reads buffer `read` only at the index at which it writes buffer `written`. */
function readsWhatItWrites(kernel: Kernel, read: number, written: number): boolean {
  if (kernel.kind !== 'loop' || kernel.reduces) return false;
  const store = kernel.stores.find(({ buffer }) => buffer === written);
  return kernel.instructions.every((instruction) => {
    if (instruction.op !== 'load' || instruction.access.buffer !== read) return true;
    const { offset, strides, bounds, gather } = instruction.access;
    return (
      !bounds &&
      !gather &&
      offset === store?.offset &&
      strides.every((stride, axis) => stride === store.strides[axis])
    );
  });
}

function isOutput(value: BufferValue, vertex: Vertex, output: number): boolean {
  return value.kind === 'output' && value.vertex === vertex && value.output === output;
}

function isEmpty(kernel: Kernel): boolean {
  return kernel.buffers.every(({ access, size }) => access === 'read' || size === 0);
}

function keyOf(vertex: Vertex, output: number): string {
  return `${vertex.id}.${output}`;
}

function bytesOf(vertex: Vertex, output: number): number {
  const { shape, dtype } = vertex.outputs[output]!;
  return storedBytes(dtype, sizeOf(shape));
}
