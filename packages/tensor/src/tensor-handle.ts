import { disposeNode } from './disposal.ts';
import { type DType, decode, storedBytes, type TypedArray } from './dtype.ts';
import type { DeviceTag, Node } from './graph.ts';
import { disposedMessage, readNode, realizeNodes, refuseInTrace } from './runtime.ts';
import { format, type Shape, sizeOf } from './shape.ts';
import { describe, type Nested, nest } from './show.ts';

/** What a tensor is apart from its operations: a handle on a graph node, whose value can be read and freed. */
export abstract class TensorHandle {
  #node: Node;
  #disposed = false;

  /** Wraps a graph node; user code makes tensors with `tensor`, `zeros`, `randn` and the like. */
  constructor(node: Node) {
    this.#node = node;
  }

  /** The graph node this is a handle on. */
  get node(): Node {
    if (this.#disposed) throw new Error(disposedMessage('tensor'));
    return this.#node;
  }

  /** The node itself, which a variable replaces: what it held before must not live as long as the variable. */
  protected get held(): Node {
    return this.#node;
  }

  protected set held(node: Node) {
    this.#node = node;
  }

  /** Sizes of the axes. */
  get shape(): Shape {
    return this.#node.shape;
  }

  /** Element type. */
  get dtype(): DType {
    return this.#node.dtype;
  }

  /** Where the value lives; undefined while it is still on the host. */
  get device(): DeviceTag | undefined {
    return this.node.device;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Bytes of the value as it is held. */
  get byteLength(): number {
    return storedBytes(this.dtype, this.size);
  }

  /**
   * Computes the value and returns its elements in row-major order; f16 and bf16 come widened to f32.
   *
   * @throws Error inside a compiled function, where there are no values to read, and after `dispose()`.
   */
  data(): Promise<TypedArray> {
    const { node, size } = this;
    return readNode(node).then((bytes) => decode(node.dtype, bytes, size));
  }

  /** The value of a tensor with one element. */
  item(): Promise<number> {
    if (this.size !== 1) {
      const error = new RangeError(`item: wants one element: got shape ${format(this.shape)}`);
      return Promise.reject(error);
    }
    return this.data().then((values) => values[0]!);
  }

  /** The values as nested arrays (a number for a scalar); bools as booleans. */
  toArray(): Promise<Nested> {
    const { dtype, shape } = this;
    return this.data().then((values) => nest(values, shape, dtype));
  }

  /** Computes the value and keeps it on the device. */
  realize(): Promise<this> {
    return realizeNodes([this.node]).then(() => this);
  }

  /**
   * Frees the value's memory now rather than with the last reference; the tensor cannot be used afterwards.
   * Tensors that share the memory (an argument that a compiled function returned) keep it. Disposing twice
   * does nothing.
   */
  dispose(): void {
    refuseInTrace('dispose');
    if (this.#disposed) return;
    disposeNode(this.node);
    this.#disposed = true;
  }

  /** `using x = …` disposes of the tensor at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** A tensor in arithmetic or a comparison of JavaScript would silently be `NaN`, so it throws. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw new TypeError(
      'a tensor is not a number: use its methods (add, lt, …), or await item() outside compiled functions',
    );
  }

  /** Shape and dtype, and the values where they are on the host already. Never computes. */
  toString(): string {
    return this.#disposed
      ? `Tensor ${this.dtype}${format(this.shape)} (disposed)`
      : describe(this.node);
  }

  /** What `console.log` prints in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
