/**
 * From the program's graph to the compiler's: composites expanded, equal work shared, movement operations turned
 * into index paths on the edges, and copies only where an index path cannot be expressed by strides.
 *
 * @module
 */
import { inScope, type Node, pick, type Spec, topologicalOrder } from '../graph.ts';
import type { ReduceOperator } from '../ir/kernel.ts';
import { structuralKey } from '../key.ts';
import { quantizedLinearOp } from '../ops/quantized-linear.ts';
import { recomputeOp } from '../ops/recompute.ts';
import { ScanAttributes } from '../scan/attributes.ts';
import { type Shape, sameShape, sizeOf } from '../shape.ts';
import { WgslCall, wgslOperation } from '../wgsl-call.ts';
import {
  type Capabilities,
  type Edge,
  isLeaf,
  isWhole,
  type Reduction,
  type Vertex,
  viewOf,
} from './vertex.ts';
import { follow, type Step, View } from './view.ts';

/** Elements along a reduction from which, with few rows, it is done in two stages so that threads share it. */
const longReduction = 8192;
const fewRows = 32;

/** Builds vertices from nodes; one instance per plan. */
export class VertexBuilder {
  readonly #edges = new Map<Node, Edge>();
  readonly #shared = new Map<string, Vertex>();
  #count = 0;
  /** Composites that are being expanded, and where in the program the outermost is. */
  #depth = 0;
  #written = 0;

  constructor(
    readonly capabilities: Capabilities,
    /** Whether scans are kept as such; otherwise their steps are written out. */
    readonly repeats = false,
  ) {}

  /** The edges that stand for `roots`. */
  build(roots: readonly Node[]): Edge[] {
    for (const node of topologicalOrder(roots, (node) => this.#edges.has(node) || isLeaf(node))) {
      if (this.#edges.has(node)) continue;
      if (this.#depth === 0) this.#written = node.id;
      this.#edges.set(node, this.#translate(node));
    }
    return roots.map((root) => this.#edges.get(root)!);
  }

  /** The vertex of a leaf that was reached. */
  vertexOf(leaf: Node): Vertex | undefined {
    return this.#edges.get(leaf)?.source;
  }

  #translate(node: Node): Edge {
    if (isLeaf(node)) return this.#whole(this.#leaf(node));
    const { op } = node;
    if (op === (pick as unknown)) return this.#picked(node);
    if (op === (recomputeOp as unknown)) return this.#apart(node);
    const inputs = node.inputs.map((input) => this.#edges.get(input)!);
    switch (op.kind) {
      case 'movement':
        return this.#move(inputs[0]!, stepOf(node));
      case 'composite':
        return this.#composite(node, inputs);
      case 'reduction':
        return this.#reduction(node, inputs[0]!);
      case 'elementwise':
        return this.#elementwise(node, inputs);
      default:
        return this.#kernel(node, inputs);
    }
  }

  #picked(node: Node): Edge {
    const { index } = node.attributes as { index: number };
    const source = node.inputs[0]!;
    const multiple = this.#composed.get(source);
    if (multiple) return multiple[index]!;
    const vertex = this.#edges.get(source)!.source;
    return { source: vertex, output: index, steps: [], shape: node.shape };
  }

  /** A step that changes nothing keeps what follows from being shared with other uses of the same value. */
  #apart(node: Node): Edge {
    const [edge, after] = node.inputs.map((input) => this.#edges.get(input)!) as [Edge, Edge];
    const { again } = node.attributes as { again: number };
    this.repeatedAfter.set(again, after.source);
    const step: Step = { op: 'reshape', shape: edge.shape, again };
    return { ...edge, steps: [...edge.steps, step] };
  }

  /** For computations that are repeated, by `again` of their first step: the value that they are not to precede. */
  readonly repeatedAfter = new Map<number, Vertex>();
  readonly #composed = new Map<Node, Edge[]>();

  #composite(node: Node, inputs: readonly Edge[]): Edge {
    if (this.repeats && node.attributes instanceof ScanAttributes) {
      const whole = inputs.map((edge) => this.#rowMajor(edge));
      return this.#whole(this.#vertex('coarse', node, whole));
    }
    const { op, attributes } = node;
    if (op === (quantizedLinearOp as unknown) && this.capabilities.readsQuantized) {
      const [x, ...parts] = inputs as [Edge, ...Edge[]];
      const whole = parts.map((part) => this.#rowMajor(part));
      return this.#whole(this.#vertex('matmul', node, [this.#unpadded(x), ...whole]));
    }
    if (!op.userDefined && this.capabilities.supports(op.name, attributes, node.inputs)) {
      return this.#kernel(node, inputs);
    }
    const own = this.#kernelOfOnesOwn(node, inputs);
    if (own) return own;
    const definition = inScope(node.scope, () => op.compose!(node.inputs, attributes));
    this.#depth++;
    const edges = this.build(Array.isArray(definition) ? definition : [definition as Node]);
    this.#depth--;
    this.#composed.set(node, edges);
    return edges[0]!;
  }

  /** An operation of `defineOp` whose kernel the backend runs. */
  #kernelOfOnesOwn(node: Node, inputs: readonly Edge[]): Edge | undefined {
    const { op, attributes, scope } = node;
    if (!op.wgsl) return undefined;
    const specs = node.inputs.map(({ shape, dtype }): Spec => ({ shape, dtype }));
    const call = new WgslCall(op, op.wgsl, { inputs: specs, output: node.outputs[0]!, attributes });
    if (!this.capabilities.supports(wgslOperation, call, specs)) return undefined;
    const whole = inputs.map((edge) => this.#rowMajor(edge));
    return this.#whole(this.#make('coarse', wgslOperation, call, whole, node.outputs, scope));
  }

  #kernel(node: Node, inputs: readonly Edge[]): Edge {
    const name = node.op.name;
    if (name === 'matmul') {
      return this.#whole(
        this.#vertex(
          'matmul',
          node,
          inputs.map((edge) => this.#unpadded(edge)),
        ),
      );
    }
    if (name === 'take' || name === 'gather') {
      return this.#whole(this.#vertex('indexed', node, [this.#unpadded(inputs[0]!), inputs[1]!]));
    }
    return this.#whole(
      this.#vertex(
        'coarse',
        node,
        inputs.map((edge, input) =>
          this.capabilities.takesStrided?.(name, node.attributes, input)
            ? this.#strided(edge)
            : this.#rowMajor(edge),
        ),
      ),
    );
  }

  #elementwise(node: Node, inputs: readonly Edge[]): Edge {
    const simplified = simplify(node, inputs);
    if (simplified) return simplified;
    return this.#whole(this.#vertex('elementwise', node, inputs));
  }

  /** Moves an edge; constants stay constants, and a copy is made where strides cannot follow. */
  #move(edge: Edge, step: Step | undefined): Edge {
    if (!step) return edge;
    if (edge.source.name === 'full' && step.op !== 'pad') {
      const shape =
        View.contiguous(edge.shape).apply(step)?.shape ?? (step as { shape: Shape }).shape;
      const { value } = edge.source.attributes as { value: number };
      return this.#whole(
        this.#constant(value, { shape, dtype: edge.source.dtype }, edge.source.scope),
      );
    }
    const view = follow(viewOf(edge), [step]);
    const from = view ? edge : this.#copy(edge);
    const moved = view ?? View.contiguous(edge.shape).apply(step)!;
    return { ...from, steps: [...from.steps, step], shape: moved.shape };
  }

  #reduction(node: Node, input: Edge): Edge {
    const operator = node.op.name as ReduceOperator;
    const { axes } = node.attributes as { axes: readonly number[] };
    const keptAxes = input.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
    const kept = keptAxes.map((axis) => input.shape[axis]!);
    const length = sizeOf(axes.map((axis) => input.shape[axis]!));
    const order = [...keptAxes, ...axes];
    const sorted = order.every((axis, i) => axis === i);
    const permuted = sorted ? input : this.#move(input, { op: 'permute', axes: order });
    let operand = this.#move(permuted, { op: 'reshape', shape: [...kept, length] });
    const stages = this.#stages(operator, sizeOf(kept), length);
    const dtype = node.dtype;
    for (const parts of stages) {
      const rest = operand.shape[operand.shape.length - 1]! / parts;
      const split = parts === 1 ? kept : [...kept, parts];
      operand = this.#move(operand, { op: 'reshape', shape: [...split, rest] });
      const attributes: Reduction = { operator, kept: split, length: rest };
      const vertex = this.#make(
        'reduction',
        operator,
        attributes,
        [operand],
        [{ shape: split, dtype }],
        node.scope,
      );
      operand = this.#whole(vertex);
    }
    return this.#move(operand, { op: 'reshape', shape: node.shape });
  }

  /** Number of parts per stage: `[1]` in one go, `[parts, 1]` when a long row is shared out first. */
  #stages(operator: ReduceOperator, rows: number, length: number): number[] {
    const splittable = operator !== 'argmax' && operator !== 'argmin';
    if (!splittable || rows >= fewRows || length < longReduction) return [1];
    for (let parts = Math.floor(Math.min(1024, length / 512)); parts > 1; parts--) {
      if (length % parts === 0) return [parts, 1];
    }
    return [1];
  }

  #copy(edge: Edge): Edge {
    const spec = { shape: edge.shape, dtype: edge.source.outputs[edge.output]!.dtype };
    return this.#whole(
      this.#make('elementwise', 'copy', undefined, [edge], [spec], edge.source.scope),
    );
  }

  #unpadded(edge: Edge): Edge {
    return viewOf(edge).padded ? this.#copy(edge) : edge;
  }

  /** An edge that is a whole row-major buffer, copied if it is not one. */
  #rowMajor(edge: Edge): Edge {
    return isWhole(edge) && edge.source.name !== 'scalar' ? edge : this.#copy(edge);
  }

  /** An edge that a kernel reads by rows, wherever they lie; copied if strides cannot say where. */
  #strided(edge: Edge): Edge {
    const { padded, shape, strides } = viewOf(edge);
    const rows = shape.at(-1) === 1 || strides.at(-1) === 1;
    const readable = rows && !padded && strides.every((stride) => stride >= 0);
    return readable && edge.source.name !== 'scalar' ? edge : this.#copy(edge);
  }

  /** A root of a plan as a whole row-major value. With `fresh`, a leaf is copied too. */
  materialized(edge: Edge, fresh: boolean): Edge {
    return fresh && edge.source.kind === 'leaf' ? this.#copy(edge) : this.#rowMajor(edge);
  }

  #whole(vertex: Vertex): Edge {
    return { source: vertex, output: 0, steps: [], shape: vertex.shape };
  }

  #leaf(node: Node): Vertex {
    return {
      id: this.#count++,
      written: this.#written,
      kind: 'leaf',
      // What made a realized value no longer matters: a realized constant is a buffer like any other.
      name: node.op.kind === 'leaf' ? node.op.name : 'value',
      attributes: undefined,
      inputs: [],
      outputs: [node],
      shape: node.shape,
      dtype: node.dtype,
      scope: node.scope,
      node,
    };
  }

  #constant(value: number, spec: Spec, scope: string): Vertex {
    return this.#make('elementwise', 'full', { value }, [], [spec], scope);
  }

  #vertex(kind: Vertex['kind'], node: Node, inputs: readonly Edge[]): Vertex {
    const { op, attributes, outputs, scope } = node;
    return this.#make(kind, op.name, attributes, inputs, outputs, scope);
  }

  #make(
    kind: Vertex['kind'],
    name: string,
    attributes: unknown,
    inputs: readonly Edge[],
    outputs: readonly Spec[],
    scope: string,
  ): Vertex {
    const specs = outputs.map(({ shape, dtype }) => ({ shape, dtype }));
    const key = structuralKey([
      name,
      attributes,
      specs,
      inputs.map(({ source, output, steps }) => [source.id, output, steps]),
    ]);
    const existing = this.#shared.get(key);
    if (existing) return existing;
    const { shape, dtype } = specs[0]!;
    const vertex: Vertex = {
      id: this.#count++,
      written: this.#written,
      kind,
      name,
      attributes,
      inputs,
      outputs: specs,
      shape,
      dtype,
      scope,
      node: undefined,
    };
    this.#shared.set(key, vertex);
    return vertex;
  }
}

/** A movement node's step; undefined where it changes nothing. */
function stepOf(node: Node): Step | undefined {
  const { op, attributes } = node;
  if (op.name === 'detach') return undefined;
  if (op.name === 'reshape' && sameShape(node.shape, node.inputs[0]!.shape)) return undefined;
  return { op: op.name, ...(attributes as object) } as Step;
}

/** Neutral operands vanish: x + 0, x − 0, x · 1, x / 1, and casts to the same type. */
function simplify(node: Node, inputs: readonly Edge[]): Edge | undefined {
  const constant = (edge: Edge | undefined) =>
    edge?.source.name === 'full' ? (edge.source.attributes as { value: number }).value : undefined;
  const [left, right] = inputs;
  switch (node.op.name) {
    case 'add':
      return constant(right) === 0 ? left : constant(left) === 0 ? right : undefined;
    case 'sub':
      return constant(right) === 0 ? left : undefined;
    case 'mul':
      return constant(right) === 1 ? left : constant(left) === 1 ? right : undefined;
    case 'div':
      return constant(right) === 1 ? left : undefined;
    default:
      return undefined;
  }
}
