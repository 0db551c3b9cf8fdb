/**
 * The plan of a scan: its body is planned once, and repeated.
 *
 * @module
 */
import type { PlanPart } from '../backend/interface.ts';
import { type DType, storedBytes } from '../dtype.ts';
import type { BufferValue } from '../fuse/emitted.ts';
import type { Edge, Vertex } from '../fuse/vertex.ts';
import type { Node, Spec } from '../graph.ts';
import { ScanAttributes } from '../scan/attributes.ts';
import { sizeOf } from '../shape.ts';
import type { Graph, Lowered } from './lowered.ts';

/** A body's plan, and where in the plan around it its bindings lie. */
interface Repeat {
  readonly count: number;
  readonly body: Lowered;
  /** Per binding of the body: a local value, and which part of it an iteration sees. */
  readonly bindings: readonly Bound[];
  /** Local values to copy before the first iteration: the first state, to where the state lives. */
  readonly carries: readonly {
    readonly from: number;
    readonly to: number;
    readonly dtype: DType;
    readonly size: number;
  }[];
}

interface Bound {
  readonly local: number;
  readonly part: PlanPart | undefined;
}

/** A repeat and, for each of its local numbers, the value that lies there. */
export interface EmittedRepeat {
  readonly repeat: Repeat;
  readonly values: readonly BufferValue[];
  /** Local numbers of the values that it writes. */
  readonly written: ReadonlySet<number>;
  /** Bytes of the body's temporaries. */
  readonly scratch: readonly number[];
  readonly scope: string;
}

/** Whether a vertex is a scan that is repeated. */
export function isScan(vertex: Vertex | undefined): vertex is Vertex {
  return vertex?.attributes instanceof ScanAttributes;
}

/**
 * Plans a scan. The state is to the body what variables are to a plan: read, and written over, in place where
 * that is safe.
 *
 * @param used the outputs that something reads; the others are not computed
 * @param lower plans the body
 */
export function emitRepeat(
  vertex: Vertex,
  used: ReadonlySet<number>,
  lower: (body: Graph) => Lowered,
): EmittedRepeat {
  const { body, steps, reverse } = vertex.attributes as ScanAttributes;
  const { carries, elements, captured } = body;
  const results = body.results.flatMap((node, i) => {
    const output = carries.length + i;
    return used.has(output) ? [{ node, output }] : [];
  });
  const assigns = carries.flatMap((variable, i) => {
    const value = body.next[i]!;
    return value === variable ? [] : [{ variable, value }];
  });
  const lowered = lower({ outputs: results.map(({ node }) => node), assigns });

  const table = new Locals();
  const inputOf = (position: number) => table.read(vertex.inputs[position]!);
  const partOf = (spec: Spec): PlanPart => {
    const bytes = storedBytes(spec.dtype, sizeOf(spec.shape));
    return reverse
      ? { offset: (steps - 1) * bytes, stride: -bytes, bytes }
      : { offset: 0, stride: bytes, bytes };
  };
  const leaves = new Map<Node, Bound>();
  const copies = carries.map((carry, i) => {
    const to = table.write(vertex, i);
    leaves.set(carry, { local: to, part: undefined });
    return { from: inputOf(i), to, dtype: carry.dtype, size: sizeOf(carry.shape) };
  });
  elements.forEach((element, i) => {
    leaves.set(element, { local: inputOf(carries.length + i), part: partOf(element) });
  });
  captured.forEach((parameter, i) => {
    const local = inputOf(carries.length + elements.length + i);
    leaves.set(parameter, { local, part: undefined });
  });
  const outputs = new Map<number, Bound>();
  results.forEach(({ node, output }, i) => {
    const place = lowered.outputs[i]!;
    if ('leaf' in place) throw new Error('internal: a result of a scan has no buffer of its own');
    outputs.set(place.fresh, { local: table.write(vertex, output), part: partOf(node) });
  });
  const { arenaBytes } = lowered.plan;
  return {
    repeat: {
      count: steps,
      body: lowered,
      carries: copies,
      bindings: lowered.bindings.map((binding) => {
        const bound =
          binding.kind === 'output'
            ? outputs.get(binding.index)
            : binding.kind === 'leaf'
              ? leaves.get(binding.node)
              : undefined;
        if (!bound) throw new Error('internal: the body of a scan reads what it was not given');
        return bound;
      }),
    },
    values: table.values,
    written: table.written,
    scratch: arenaBytes > 0 ? [arenaBytes] : [],
    scope: vertex.scope,
  };
}

/** Numbers the values of a repeat. */
class Locals {
  readonly values: BufferValue[] = [];
  readonly written = new Set<number>();

  read({ source, output }: Edge): number {
    return this.#number(source, output);
  }

  write(vertex: Vertex, output: number): number {
    const local = this.#number(vertex, output);
    this.written.add(local);
    return local;
  }

  #number(vertex: Vertex, output: number): number {
    const known = this.values.findIndex(
      (value) => value.kind === 'output' && value.vertex === vertex && value.output === output,
    );
    if (known >= 0) return known;
    return this.values.push({ kind: 'output', vertex, output }) - 1;
  }
}
