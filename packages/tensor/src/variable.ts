import { backwardFrom, setOwner } from './backward.ts';
import { checkNewValue } from './check-new-value.ts';
import type { Node } from './graph.ts';
import type { QuantizedLayout } from './ir/quantized.ts';
import { cast } from './ops/cast.ts';
import { checkQuantized, dequantize } from './ops/dequantize.ts';
import { detach } from './ops/detach.ts';
import { fill } from './ops/leaf.ts';
import { permute } from './ops/movement.ts';
import { registerPending } from './runtime.ts';
import { format, sameShape } from './shape.ts';
import { Tensor } from './tensor.ts';
import { activeTrace, refuseInScan } from './trace.ts';

const dirty = new Set<Variable>();

/** Options of a `Variable`. */
export interface VariableOptions {
  /** Whether gradients are taken with respect to it. Default true. */
  trainable?: boolean;
  /** Shown in errors and summaries. */
  name?: string;
}

/** A quantized matrix: its layout, and the parts that hold its numbers. */
export interface QuantizedMatrix extends QuantizedLayout {
  /** Codes, i32 [rows, words], in blocks of four words: see `dequantize` in the package's operations. */
  readonly codes: Tensor;
  /** Factors of the codes, a float [rows, groups]. */
  readonly scales: Tensor;
  /** What is added to the products, as the scales; absent for zeros. */
  readonly offsets?: Tensor;
  /**
   * Whether the variable is the transpose of the matrix, [columns, rows]: scales then belong to parts of its columns,
   * along which products with it add up (GPT-2 keeps its weights so). Default false.
   */
  readonly transposed?: boolean;
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
  #gradient: Node | undefined;
  #quantized: QuantizedMatrix | undefined;
  /** Whether a graph outside a compiled function may hold the current version. @internal */
  exposed = false;

  constructor(initial: Tensor, options: VariableOptions = {}) {
    const { trainable = true, name = '' } = options;
    const node = detach(initial.node, trainable);
    super(node);
    this.#trainable = trainable;
    this.name = name;
    setOwner(node, this);
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
    if (this.#quantized) {
      throw new Error(
        `trainable: variable ${this.name || '(unnamed)'} is quantized, and codes cannot be trained; train adapters beside it, or load it unquantized`,
      );
    }
    this.#trainable = value;
    const isInitial = !dirty.has(this) && !this.held.storage;
    this.assign(this);
    // A first value that nobody has used is still not to be computed along with what is next.
    if (isInitial) dirty.delete(this);
  }

  /** The current version. */
  override get node(): Node {
    if (this.#quantized) {
      const { codes, scales, offsets, transposed } = this.#quantized;
      const parts = offsets ? [codes, scales, offsets] : [codes, scales];
      const matrix = dequantize(
        parts.map(({ node }) => node),
        this.#quantized,
      );
      return transposed ? permute(matrix, [1, 0]) : matrix;
    }
    const trace = activeTrace();
    if (!trace) {
      this.exposed = true;
      return this.held;
    }
    const node = trace.read(this, this.held);
    setOwner(node, this);
    return node;
  }

  /** The current version outside any trace, without marking it as exposed. @internal */
  get current(): Node {
    return this.held;
  }

  /** Replaces the current version by a realized one. @internal */
  commit(node: Node): void {
    this.held = node;
    this.exposed = false;
    setOwner(node, this);
    dirty.delete(this);
  }

  /** The gradient that `backward()` added up here, until `zeroGrad()`. */
  get grad(): Tensor | undefined {
    const node = this.gradientNode;
    return node && new Tensor(node);
  }

  set grad(value: Tensor | undefined) {
    this.gradientNode = value?.node;
  }

  /** The gradient as a graph node. @internal */
  get gradientNode(): Node | undefined {
    const trace = activeTrace();
    return trace ? trace.gradient(this) : this.#gradient;
  }

  set gradientNode(node: Node | undefined) {
    refuseInScan('backward', 'take gradients outside, or with grad() inside');
    const trace = activeTrace();
    if (trace) trace.setGradient(this, node);
    else this.#gradient = node;
  }

  /**
   * Gives the variable a new value, of the same shape; it is cast to the variable's dtype.
   *
   * @throws RangeError if the shape differs.
   */
  assign(value: Tensor): this {
    checkNewValue('assign', this, value);
    refuseInScan('assign', 'pass what changes along as a part of the state');
    const node = detach(cast(value.node, this.dtype), this.#trainable);
    const trace = activeTrace();
    if (trace) {
      trace.assign(this, node);
      setOwner(node, this);
    } else this.replace(node);
    return this;
  }

  /** Makes a node the current version, of whatever dtype and device. @internal */
  replace(node: Node): void {
    this.held = node;
    this.exposed = false;
    dirty.add(this);
    setOwner(node, this);
  }

  /**
   * Holds a matrix by its codes from now on: it takes their bytes, its values are computed where they are used
   * (`linear`, `embedding` and, of a transposed matrix, `matmul` read the codes themselves), and it is neither
   * trained nor assigned to any more.
   *
   * @throws RangeError if the matrix has another shape. @throws TypeError if the variable is not f32.
   */
  quantize(matrix: QuantizedMatrix): this {
    const { codes, scales, offsets, bits, columns, group, transposed = false } = matrix;
    const rows = codes.shape[0] ?? 0;
    const shape = transposed ? [columns, rows] : [rows, columns];
    if (!sameShape(this.shape, shape)) {
      throw new RangeError(
        `quantize: variable ${this.name || '(unnamed)'} has shape ${format(this.shape)}, got ${format(shape)}`,
      );
    }
    if (this.dtype !== 'f32') {
      throw new TypeError(`quantize: wants an f32 variable: got ${this.dtype}`);
    }
    if (activeTrace()) throw new Error('quantize: not inside a compiled function; do it before');
    const held = (part: Tensor) => new Variable(part, { trainable: false }).assign(part);
    const own = {
      bits,
      columns,
      group,
      codes: held(codes),
      scales: held(scales),
      ...(offsets && { offsets: held(offsets) }),
      ...(transposed && { transposed }),
    };
    const parts = [codes, scales, ...(offsets ? [offsets] : [])].map(({ node }) => node);
    checkQuantized('quantize', parts, own);
    this.#trainable = false;
    this.#gradient = undefined;
    this.#quantized = own;
    // The numbers themselves are let go: what is left has the shape alone.
    this.held = fill(this.shape, 0);
    dirty.delete(this);
    return this;
  }

  /** The codes, if the variable was quantized. */
  get quantized(): QuantizedMatrix | undefined {
    return this.#quantized;
  }

  override get byteLength(): number {
    const parts = this.#quantized;
    if (!parts) return super.byteLength;
    return [parts.codes, parts.scales, parts.offsets].reduce(
      (sum, part) => sum + (part?.byteLength ?? 0),
      0,
    );
  }

  /** Forgets the gradient. */
  zeroGrad(): void {
    this.grad = undefined;
  }
}

registerPending({
  nodes: () => {
    for (const variable of dirty) if (variable.current.storage) dirty.delete(variable);
    return [...dirty].map(({ current }) => current);
  },
});

/** Adds the gradients of `loss` to `.grad` of every trainable variable it depends on; `loss.backward()`. */
export function backward(loss: Tensor, upstream?: Tensor): void {
  backwardFrom(loss.node, upstream?.node);
}
