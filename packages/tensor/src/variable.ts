import { gradients } from './autograd.ts';
import { type Node, topologicalOrder } from './graph.ts';
import { add } from './ops/arithmetic.ts';
import { cast } from './ops/cast.ts';
import { detach } from './ops/detach.ts';
import { registerPending } from './runtime.ts';
import { format, sameShape } from './shape.ts';
import { Tensor } from './tensor.ts';
import { activeTrace } from './trace.ts';

const owners = new WeakMap<Node, Variable>();
const dirty = new Set<Variable>();

/** Options of a `Variable`. */
export interface VariableOptions {
  /** Whether gradients are taken with respect to it. Default true. */
  trainable?: boolean;
  /** Shown in errors and summaries. */
  name?: string;
}

/**
 * The one mutable thing: a parameter, optimizer state, a cache, a learning rate.
 *
 * It is used like a tensor. `assign` gives it a new version that operations called afterwards see;
 * tensors made from the old version keep the old values.
 */
export class Variable extends Tensor {
  #trainable: boolean;
  name: string;
  #current: Node;
  #gradient: Node | undefined;
  /** Whether a graph outside a compiled function may hold the current version. @internal */
  exposed = false;

  constructor(initial: Tensor, options: VariableOptions = {}) {
    const { trainable = true, name = '' } = options;
    const node = detach(initial.node, trainable);
    super(node);
    this.#trainable = trainable;
    this.name = name;
    this.#current = node;
    owners.set(node, this);
  }

  /** Whether gradients are taken with respect to it. Setting it counts for operations called afterwards. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    if (value === this.#trainable) return;
    if (activeTrace()) {
      throw new Error(
        'trainable: cannot change inside a compiled function; set it before the call',
      );
    }
    this.#trainable = value;
    this.assign(this);
  }

  /** The current version. */
  override get node(): Node {
    const trace = activeTrace();
    if (!trace) {
      this.exposed = true;
      return this.#current;
    }
    const node = trace.read(this, this.#current);
    owners.set(node, this);
    return node;
  }

  /** The current version outside any trace, without marking it as exposed. @internal */
  get current(): Node {
    return this.#current;
  }

  /** Replaces the current version by a realized one. @internal */
  commit(node: Node): void {
    this.#current = node;
    this.exposed = false;
    owners.set(node, this);
    dirty.delete(this);
  }

  /** The gradient that `backward()` added up here, until `zeroGrad()`. */
  get grad(): Tensor | undefined {
    const trace = activeTrace();
    const node = trace ? trace.gradient(this) : this.#gradient;
    return node && new Tensor(node);
  }

  set grad(value: Tensor | undefined) {
    const trace = activeTrace();
    if (trace) trace.setGradient(this, value?.node);
    else this.#gradient = value?.node;
  }

  /**
   * Gives the variable a new value, of the same shape; it is cast to the variable's dtype.
   *
   * @throws RangeError if the shape differs.
   */
  assign(value: Tensor): this {
    if (!sameShape(value.shape, this.shape)) {
      throw new RangeError(
        `assign: variable ${this.name || '(unnamed)'} has shape ${format(this.shape)}, got ${format(value.shape)}`,
      );
    }
    const node = detach(cast(value.node, this.dtype), this.#trainable);
    const trace = activeTrace();
    if (trace) trace.assign(this, node);
    else {
      this.#current = node;
      this.exposed = false;
      dirty.add(this);
    }
    owners.set(node, this);
    return this;
  }

  /** Forgets the gradient. */
  zeroGrad(): void {
    this.grad = undefined;
  }
}

registerPending({
  nodes: () => {
    const variables = [...dirty];
    dirty.clear();
    return variables.map(({ current }) => current);
  },
});

/** Adds the gradients of `loss` to `.grad` of every trainable variable it depends on. */
export function backward(loss: Tensor, upstream?: Tensor): void {
  if (!upstream && loss.size !== 1) {
    throw new RangeError(
      `backward: wants a scalar loss or an upstream gradient: got shape ${format(loss.shape)}`,
    );
  }
  const root = loss.node;
  const leaves = topologicalOrder([root]).filter((node) => owners.get(node)?.trainable);
  if (leaves.length === 0) throw new Error('backward: the loss depends on no trainable variable');
  const found = gradients([root], [upstream?.node], leaves);
  leaves.forEach((node, i) => {
    const variable = owners.get(node)!;
    const gradient = found[i];
    if (!gradient) return;
    const before = variable.grad;
    variable.grad = new Tensor(before ? add(before.node, gradient) : gradient);
  });
}
