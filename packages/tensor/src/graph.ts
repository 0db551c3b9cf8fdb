import type { DType } from './dtype.ts';
import type { Shape } from './shape.ts';
import type { Spec } from './spec.ts';
import type { WgslKernel } from './wgsl-kernel.ts';

export type { Spec };

/** How the compiler treats an operation. */
export type OpKind =
  /** A value that is already there: host data, device storage, a compiled function's input. */
  | 'leaf'
  /** A new index map over its input; no work. */
  | 'movement'
  /** One output element from the same element of each input. */
  | 'elementwise'
  /** Combines the elements along some axes. */
  | 'reduction'
  /** A kernel of its own on every backend (gather, sort, matmul, …). */
  | 'kernel'
  /** Defined by other operations; a backend may bring a kernel for it. */
  | 'composite';

/**
 * One operation: its shape rule, its mathematics and its gradient, in one place.
 *
 * A composite has `compose`; every other kind is a primitive that the oracle
 * (`reference/`) evaluates and the compiler lowers.
 */
export interface Op<Attributes = unknown> {
  readonly name: string;
  readonly kind: OpKind;
  /** Made by `defineOp`: no backend knows it by its name, and two of one name may differ. */
  readonly userDefined?: true;
  /** The kernel that `defineOp` was given for a composite. */
  readonly wgsl?: WgslKernel<Attributes>;
  /** Shapes and dtypes of the outputs, or an error that names the operation, what it got and what it wants. */
  infer(inputs: readonly Spec[], attributes: Attributes): Spec | readonly Spec[];
  /** The definition of a composite by other operations. */
  compose?(inputs: readonly Node[], attributes: Attributes): Node | readonly Node[];
  /**
   * Gradients with respect to the inputs, as new nodes; `undefined` where there is none.
   * Absent: the operation is not differentiable (integers, comparisons), or, for a composite, the
   * gradient of its definition is taken.
   */
  gradient?(context: GradientContext<Attributes>): readonly (Node | undefined)[];
}

/** What a gradient rule sees. */
export interface GradientContext<Attributes = unknown> {
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
  /** The operation's outputs, as nodes. */
  readonly outputs: readonly Node[];
  /** The gradient of the loss with respect to each output; `undefined` where an output was not used. */
  readonly upstream: readonly (Node | undefined)[];
  /** The first upstream gradient, for operations with one output. */
  readonly gradient: Node;
  /** Whether the gradient for this input is wanted; a rule may skip the work for others. */
  wants(input: number): boolean;
}

/** Where a realized value lives; made by a device, freed when nothing refers to it. */
export interface Storage {
  readonly bytes: number;
  readonly device: DeviceTag;
  /** Number of nodes that ever had it as their value and were not disposed of. */
  holders: number;
}

/** A device as the graph sees it: only identity and name matter here. */
export interface DeviceTag {
  readonly name: string;
}

/** One vertex of the lazy graph. Immutable but for `storage`, which appears when it is realized. */
export class Node implements Spec {
  static #count = 0;
  /** Unique and increasing: inputs have smaller ids than what is made from them. */
  readonly id = ++Node.#count;
  readonly shape: Shape;
  readonly dtype: DType;
  /** One entry per output; a node with several is read through `pick`. */
  readonly outputs: readonly Spec[];
  /** Whether its history was let go although a gradient may flow through here. @internal */
  isCut = false;
  /** The step in which it was made; a step ends where values are read. @internal */
  step = 0;
  /** Operations in the longest chain behind it that has not been submitted. @internal */
  depth = 0;
  /** Steps that its history reaches back over. @internal */
  stepsBehind = 0;
  /** About how many bytes of realized values its history keeps. @internal */
  bytesBehind = 0;
  #storage: Storage | undefined;
  readonly #device: DeviceTag | undefined;

  constructor(
    readonly op: Op,
    public inputs: readonly Node[],
    readonly attributes: unknown,
    outputs: readonly Spec[],
    device: DeviceTag | undefined,
    /** Whether a gradient may flow through here to a trainable leaf. */
    readonly differentiable: boolean,
    /** Path of the module that made it, for errors and profiles. */
    readonly scope: string,
  ) {
    // Copied, since a shape rule may return its input itself, which would then live as long as its result.
    this.outputs = outputs.map(({ shape, dtype }) => ({ shape, dtype }));
    const [first] = this.outputs;
    if (!first) throw new Error(`${op.name}: an operation needs at least one output`);
    this.shape = first.shape;
    this.dtype = first.dtype;
    this.#device = device;
  }

  /** The value, once it is computed. Several nodes may share one. */
  get storage(): Storage | undefined {
    return this.#storage;
  }

  set storage(storage: Storage | undefined) {
    if (storage === this.#storage) return;
    this.#storage = storage;
    if (storage) storage.holders++;
  }

  /** Where the value is or will be computed; undefined while everything it needs is on the host. */
  get device(): DeviceTag | undefined {
    return this.#storage?.device ?? this.#device;
  }
}

let observe: (node: Node) => void = () => {};

/** Calls `observer` with every node that an operation makes. @internal */
export function observeNodes(observer: (node: Node) => void): void {
  observe = observer;
}

/** Runs `body` without telling the observer: nodes of a graph that is computed only as a part of another. @internal */
export function unobserved<T>(body: () => T): T {
  const before = observe;
  observe = () => {};
  try {
    return body();
  } finally {
    observe = before;
  }
}

let gradientsEnabled = true;
let currentScope = '';

/** Runs `body` without recording what gradients would need. */
export function noGrad<T>(body: () => T): T {
  const before = gradientsEnabled;
  gradientsEnabled = false;
  try {
    return body();
  } finally {
    gradientsEnabled = before;
  }
}

/** Runs `body` with `name` appended to the module path that its nodes carry. */
export function withScope<T>(name: string, body: () => T): T {
  const before = currentScope;
  currentScope = before ? `${before}.${name}` : name;
  try {
    return body();
  } finally {
    currentScope = before;
  }
}

/** Runs `body` with the module path set to `path`. */
export function inScope<T>(path: string, body: () => T): T {
  const before = currentScope;
  currentScope = path;
  try {
    return body();
  } finally {
    currentScope = before;
  }
}

/** Records one application of an operation. */
export function apply<Attributes>(
  op: Op<Attributes>,
  inputs: readonly Node[],
  attributes: Attributes,
): Node {
  const inferred = op.infer(inputs, attributes);
  const outputs = Array.isArray(inferred) ? (inferred as Spec[]) : [inferred as Spec];
  const node = new Node(
    op as Op,
    inputs,
    attributes,
    outputs,
    commonDevice(op.name, inputs),
    gradientsEnabled && inputs.some((input) => input.differentiable),
    currentScope,
  );
  observe(node);
  return node;
}

/** Records an operation with several outputs and returns one node per output. */
export function applyMultiple<Attributes>(
  op: Op<Attributes>,
  inputs: readonly Node[],
  attributes: Attributes,
): Node[] {
  return outputsOf(apply(op, inputs, attributes));
}

/** A node's outputs as nodes: itself where there is one, else a `pick` per output. */
export function outputsOf(node: Node): Node[] {
  if (node.outputs.length === 1) return [node];
  return node.outputs.map((_, index) => apply(pick, [node], { index }));
}

/** Selects one output of a node that has several. */
export const pick: Op<{ index: number }> = {
  name: 'pick',
  kind: 'movement',
  infer: ([input], { index }) => (input as Node).outputs[index]!,
};

/** Makes a leaf: a node without inputs. */
export function leaf<Attributes>(
  op: Op<Attributes>,
  attributes: Attributes,
  spec: Spec,
  options: { device?: DeviceTag; differentiable?: boolean } = {},
): Node {
  return new Node(
    op as Op,
    [],
    attributes,
    [spec],
    options.device,
    options.differentiable ?? false,
    currentScope,
  );
}

function commonDevice(operation: string, inputs: readonly Node[]): DeviceTag | undefined {
  let device: DeviceTag | undefined;
  for (const input of inputs) {
    if (!input.device) continue;
    if (device && device !== input.device) {
      throw new TypeError(
        `${operation}: inputs are on two devices, ${device.name} and ${input.device.name}; move one with toDevice(), or the model with to()`,
      );
    }
    device = input.device;
  }
  return device;
}

/** Nodes that `roots` depend on, inputs before users, stopping below nodes for which `stop` holds. */
export function topologicalOrder(
  roots: readonly Node[],
  stop: (node: Node) => boolean = () => false,
): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const visit = (node: Node) => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    visit(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const inputs = stop(top.node) ? [] : top.node.inputs;
      if (top.next < inputs.length) visit(inputs[top.next++]!);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
