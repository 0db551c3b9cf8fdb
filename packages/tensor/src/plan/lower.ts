/**
 * From a graph to a plan: the kernels to run, in order, with the memory of every value.
 *
 * @module
 */
import { emit } from '../fuse/emit.ts';
import { type BufferValue, scalarCapacity } from '../fuse/emitted.ts';
import { fuse } from '../fuse/fuse.ts';
import type { Group } from '../fuse/group.ts';
import type { Capabilities, Edge, Vertex } from '../fuse/vertex.ts';
import { VertexBuilder } from '../fuse/vertex-builder.ts';
import type { Node } from '../graph.ts';
import type { Kernel } from '../ir/kernel.ts';
import { Assembler, type Copy } from './assemble.ts';
import { type Emitted, joinKernels } from './join.ts';
import type { Graph, Lowered } from './lowered.ts';
import { largestLiveSum, placeInArena } from './memory.ts';
import { readsWhatItWrites } from './overwrite.ts';
import { bytesOf, keyOf, type Place } from './place.ts';
import { foldPrologues } from './prologue.ts';
import { emitRepeat, isScan } from './repeat.ts';

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
  return lowerGraph(graph, capabilities, options, false);
}

/**
 * @param isBody whether this is the body of a scan: each output then is a buffer of its own, even if another
 * output or an input has the same value, and scans inside are written out
 */
function lowerGraph(
  graph: Graph,
  capabilities: Capabilities,
  options: LowerOptions,
  isBody: boolean,
): Lowered {
  const builder = new VertexBuilder(capabilities, (capabilities.repeats ?? false) && !isBody);
  const roots = [...graph.outputs, ...graph.assigns.map(({ value }) => value)];
  const edges = builder.build(roots).map((edge, i) => {
    // An output may share a leaf's buffer unless the buffer changes later, as a variable's does.
    const changes = isBody || edge.source.name === 'variable' || i >= graph.outputs.length;
    return builder.materialized(edge, changes);
  });
  const overwrites = overwritesOf(graph, edges, builder);
  const { groups, stored } = fuse(edges, {
    ...options,
    overwrites,
    capabilities,
    repeatedAfter: builder.repeatedAfter,
  });
  const scalars: Vertex[] = [];
  const used = outputsUsed(groups, edges);
  const separate = groups
    .map((group) =>
      isScan(group.host)
        ? emitRepeat(group.host, used.get(group.host)!, (body) =>
            lowerGraph(body, capabilities, options, true),
          )
        : emit(group, {
            isStored: (vertex) => stored.get(vertex) === group,
            scalarSlot: (vertex) => slotOf(scalars, vertex),
          }),
    )
    .filter((part) => 'repeat' in part || !isEmpty(part.kernel));
  const fusing = options.fusion === false ? {} : capabilities;
  const folded = foldPrologues(separate, fusing, new Set(edges.map(({ source }) => source)));
  const emitted = joinKernels(folded, fusing, overwrites);
  const scratch = emitted.map((part) =>
    'repeat' in part ? part.scratch : capabilities.scratch(part.kernel),
  );
  return new Planner(graph, edges, emitted, scratch, scalars, capabilities, isBody).run();
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

class Planner {
  readonly #places = new Map<string, Place>();
  readonly #lifetimes: { first: number; last: number; bytes: number }[] = [];
  readonly #freshBytes: number[] = [];
  readonly #copies: Copy[] = [];

  constructor(
    readonly graph: Graph,
    readonly edges: readonly Edge[],
    readonly emitted: readonly Emitted[],
    /** Bytes of the scratch buffers of each part. */
    readonly scratch: readonly (readonly number[])[],
    readonly scalars: readonly Vertex[],
    readonly capabilities: Capabilities,
    readonly isBody: boolean,
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
    this.emitted.forEach((part, i) => {
      if ('repeat' in part) assembled.repeat(part, scratch[i]!);
      else assembled.step(part, scratch[i]!);
    });
    for (const copy of this.#copies) assembled.copy(copy);
    return {
      plan: assembled.plan(bytes),
      bindings: assembled.bindings,
      scalars: this.scalars.map(({ node }) => node!),
      outputs,
      freshBytes: this.#freshBytes,
      liveBytes: largestLiveSum(this.#lifetimes, this.emitted.length + 1),
    };
  }

  #placeOutput({ source, output }: Edge): { fresh: number } | { leaf: Node } {
    if (source.kind === 'leaf') return { leaf: source.node! };
    const key = keyOf(source, output);
    const known = this.#places.get(key);
    if (known && 'fresh' in known && !this.isBody) return known;
    const place = { fresh: this.#freshBytes.push(bytesOf(source, output)) - 1 };
    if (known) {
      this.#copies.push({ from: source, output, to: place });
      return place;
    }
    this.#places.set(key, place);
    return place;
  }

  /** In place where every reader of the old value runs before the writer, or reads just what it overwrites. */
  #placeAssign({ source, output }: Edge, variable: Node): void {
    const key = keyOf(source, output);
    const inPlace = !this.#places.has(key) && this.#canOverwrite(source, output, variable);
    if (inPlace) this.#places.set(key, { variable });
    else this.#copies.push({ from: source, output, to: { variable } });
  }

  #canOverwrite(source: Vertex, output: number, variable: Node): boolean {
    const writer = this.emitted.findIndex((part) =>
      part.values.some((value, i) => isOutput(value, source, output) && writes(part, i)),
    );
    if (writer < 0) return false;
    return this.emitted.every((part, i) => {
      const { values } = part;
      const local = values.findIndex(
        (value) => value.kind === 'output' && value.vertex.node === variable,
      );
      if (local < 0 || i < writer) return true;
      const target = values.findIndex((value) => isOutput(value, source, output));
      return i === writer && 'kernel' in part && this.#mayShare(part.kernel, local, target);
    });
  }

  /** Whether a kernel may have a buffer that it reads and one that it writes in one place. */
  #mayShare(kernel: Kernel, read: number, written: number): boolean {
    if (kernel.kind === 'joint') {
      // Parts run in any order: the one that writes must be the only one that reads.
      const [part, ...others] = kernel.parts.filter(({ locals }) => locals.includes(read));
      const own = (local: number) => part!.locals.indexOf(local);
      if (!part || others.length > 0 || own(written) < 0) return false;
      return this.#mayShare(part.kernel, own(read), own(written));
    }
    // What a coarse kernel reads when is known to its template alone.
    if (kernel.kind !== 'coarse' && !readsWhatItWrites(kernel, read, written)) return false;
    const isElementwise = kernel.kind === 'loop' && !kernel.reduces;
    return isElementwise || (this.capabilities.overwrites?.(kernel, read, written) ?? false);
  }

  #placeTemporaries(): void {
    this.emitted.forEach(({ values }, step) => {
      for (const value of values) {
        if (value.kind === 'scalars' || value.vertex.kind === 'leaf') continue;
        this.#use(value.vertex, value.output, step);
      }
    });
    for (const { from, output } of this.#copies) {
      if (from.kind !== 'leaf') this.#use(from, output, this.emitted.length);
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

function writes(part: Emitted, local: number): boolean {
  if ('repeat' in part) return part.written.has(local);
  return part.kernel.buffers[local]!.access === 'write';
}

/** Which outputs of each vertex something reads. */
function outputsUsed(
  groups: readonly Group[],
  roots: readonly Edge[],
): Map<Vertex, ReadonlySet<number>> {
  const used = new Map<Vertex, Set<number>>();
  const edges = groups.flatMap(({ members }) =>
    [...members.keys()].flatMap(({ inputs }) => inputs),
  );
  for (const { source, output } of [...edges, ...roots]) {
    const outputs = used.get(source) ?? new Set();
    used.set(source, outputs.add(output));
  }
  return used;
}

function isOutput(value: BufferValue, vertex: Vertex, output: number): boolean {
  return value.kind === 'output' && value.vertex === vertex && value.output === output;
}

function isEmpty(kernel: Kernel): boolean {
  return kernel.buffers.every(({ access, size }) => access === 'read' || size === 0);
}
