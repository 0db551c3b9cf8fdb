/**
 * A device made of a backend and the compiler.
 *
 * @module
 */
import type { Backend, BackendBuffer, Program } from './backend.ts';
import type { CompiledGraph, Device, GraphValues } from './device.ts';
import { storedBytes } from './dtype.ts';
import { explainPlan } from './explain.ts';
import { scalarCapacity } from './fuse/emit.ts';
import { isLeaf } from './fuse/vertex.ts';
import { type Node, type Storage, topologicalOrder } from './graph.ts';
import { structuralKey } from './key.ts';
import { detachOp } from './ops/detach.ts';
import { copyKernel, type Graph, type Lowered, type LowerOptions, lower } from './plan/lower.ts';
import { sizeOf } from './shape.ts';

/** A backend's buffer as the graph refers to it; the buffer is released with it. */
class DeviceStorage implements Storage {
  readonly bytes: number;

  constructor(
    readonly device: BackendDevice,
    readonly buffer: BackendBuffer,
  ) {
    this.bytes = buffer.bytes;
  }
}

/** Plans kept for graphs that were computed without `compile`. */
const planLimit = 256;

/** Runs graphs on a backend. */
export class BackendDevice implements Device {
  readonly name: string;
  readonly #plans = new Map<string, PreparedGraph>();
  readonly #registry: FinalizationRegistry<BackendBuffer>;
  readonly #released = new WeakSet<Storage>();

  constructor(
    readonly backend: Backend,
    readonly options: LowerOptions = {},
  ) {
    this.name = backend.name;
    this.#registry = new FinalizationRegistry((buffer) => backend.release(buffer));
  }

  async realize(nodes: readonly Node[]): Promise<void> {
    const roots = [...new Set(nodes.filter((node) => !node.storage))];
    if (roots.length === 0) return;
    const order = topologicalOrder(roots, isLeaf);
    const leaves = order.filter(isLeaf);
    const graph = { outputs: roots, assigns: [] };
    const prepared = this.#planOf(keyOf(order, roots), graph, leaves);
    const { outputs, done } = prepared.run(new EagerValues(this, prepared.leaves, leaves));
    roots.forEach((root, i) => {
      root.storage = outputs[i];
      // What no gradient needs is let go, so that a long chain of updates does not keep its past.
      if (!root.differentiable || root.op === (detachOp as unknown)) root.inputs = [];
    });
    await done;
  }

  async read(storage: Storage, bytes: number): Promise<Uint8Array> {
    return this.backend.read(this.bufferOf(storage), 0, bytes);
  }

  upload(bytes: Uint8Array, label: string): Storage {
    const storage = this.allocate(bytes.length, label);
    this.backend.write(storage.buffer, bytes);
    return storage;
  }

  copy(storage: Storage): Storage {
    const words = storage.bytes / 4;
    const fresh = this.allocate(storage.bytes, 'copy');
    if (words === 0) return fresh;
    const program = this.backend.prepare({
      steps: [{ kernel: copyKernel('u32', words), buffers: [0, 1], scope: '' }],
      buffers: [0, 1].map((index) => ({ kind: 'binding', index, bytes: storage.bytes })),
      bindings: 2,
      arenaBytes: 0,
    });
    void this.backend
      .run(program, [this.bufferOf(storage), fresh.buffer])
      .finally(() => program.dispose());
    return fresh;
  }

  compile(graph: Graph): CompiledGraph {
    return new PreparedGraph(this, graph, []);
  }

  free(storage: Storage): void {
    const buffer = this.bufferOf(storage);
    this.#registry.unregister(storage);
    this.#released.add(storage);
    this.backend.release(buffer);
  }

  /** New storage; freed by `free` or with the last reference. */
  allocate(bytes: number, label: string): DeviceStorage {
    const buffer = this.backend.allocate(bytes, label);
    const storage = new DeviceStorage(this, buffer);
    this.#registry.register(storage, buffer, storage);
    return storage;
  }

  /** The backend's buffer behind a storage. */
  bufferOf(storage: Storage): BackendBuffer {
    if (!(storage instanceof DeviceStorage) || storage.device !== this) {
      throw new TypeError(`${this.name}: the value is on another device; move it with .to(device)`);
    }
    if (this.#released.has(storage)) {
      throw new Error(`${this.name}: the tensor was disposed; keep it, or compute it again`);
    }
    return storage.buffer;
  }

  #planOf(key: string, graph: Graph, leaves: readonly Node[]): PreparedGraph {
    const known = this.#plans.get(key);
    if (known) {
      this.#plans.delete(key); // to the end: the map is in order of last use
      this.#plans.set(key, known);
      return known;
    }
    const prepared = new PreparedGraph(this, graph, leaves);
    this.#plans.set(key, prepared);
    if (this.#plans.size > planLimit) {
      const [oldest] = this.#plans;
      oldest![1].dispose();
      this.#plans.delete(oldest![0]);
    }
    return prepared;
  }
}

/** Values of the leaves of a graph with the same structure as the one that was compiled. */
class EagerValues implements GraphValues {
  readonly #present = new Map<Node, Node>();

  constructor(
    readonly device: BackendDevice,
    compiled: readonly Node[],
    present: readonly Node[],
  ) {
    compiled.forEach((node, i) => {
      this.#present.set(node, present[i]!);
    });
  }

  storage(leaf: Node): Storage {
    const node = this.#present.get(leaf) ?? leaf;
    if (!node.storage) {
      if (node.op.name !== 'data')
        throw new Error(`internal: the leaf '${node.op.name}' has no value`);
      const { bytes } = node.attributes as { bytes: Uint8Array };
      node.storage = this.device.upload(bytes, node.scope || 'tensor');
    }
    return node.storage;
  }

  scalar(leaf: Node): number {
    return ((this.#present.get(leaf) ?? leaf).attributes as { value: number }).value;
  }
}

/** A plan with its program and its reusable buffers. */
class PreparedGraph implements CompiledGraph {
  readonly #lowered: Lowered;
  readonly #program: Program;
  readonly #scalars: { storage: DeviceStorage; bytes: Uint8Array; view: DataView } | undefined;

  constructor(
    readonly device: BackendDevice,
    graph: Graph,
    /** The leaves of the graph in order of traversal. */
    readonly leaves: readonly Node[],
  ) {
    this.#lowered = lower(graph, device.backend, device.options);
    this.#program = device.backend.prepare(this.#lowered.plan);
    if (this.#lowered.bindings.some(({ kind }) => kind === 'scalars')) {
      const bytes = new Uint8Array(4 * scalarCapacity);
      const storage = device.allocate(bytes.length, 'host scalars');
      this.#scalars = { storage, bytes, view: new DataView(bytes.buffer) };
    }
  }

  run(values: GraphValues): { outputs: Storage[]; done: Promise<void> } {
    const { device } = this;
    const { bindings, freshBytes, outputs } = this.#lowered;
    this.#writeScalars(values);
    const fresh = freshBytes.map((bytes) => device.allocate(bytes, 'output'));
    const buffers = bindings.map((binding) => {
      if (binding.kind === 'output') return fresh[binding.index]!.buffer;
      if (binding.kind === 'scalars') return this.#scalars!.storage.buffer;
      return device.bufferOf(values.storage(binding.node));
    });
    const done = device.backend.run(this.#program, buffers);
    done.catch(() => {}); // reported to whoever awaits it, or by the next read
    return {
      outputs: outputs.map((output) =>
        'fresh' in output ? fresh[output.fresh]! : values.storage(output.leaf),
      ),
      done,
    };
  }

  explain(): string {
    return explainPlan(this.#lowered);
  }

  dispose(): void {
    this.#program.dispose();
    if (this.#scalars) this.device.free(this.#scalars.storage);
  }

  #writeScalars(values: GraphValues): void {
    if (!this.#scalars) return;
    const { storage, bytes, view } = this.#scalars;
    this.#lowered.scalars.forEach((leaf, slot) => {
      const value = values.scalar(leaf);
      if (leaf.dtype === 'f32') view.setFloat32(4 * slot, value, true);
      else if (leaf.dtype === 'u32') view.setUint32(4 * slot, value, true);
      else view.setInt32(4 * slot, value, true);
    });
    this.device.backend.write(storage.buffer, bytes.subarray(0, 4 * this.#lowered.scalars.length));
  }
}

/** A text that is equal for graphs that one plan serves. */
function keyOf(order: readonly Node[], roots: readonly Node[]): string {
  const positions = new Map(order.map((node, i) => [node, i]));
  const parts = order.map((node) => {
    const { op, attributes, inputs, shape, dtype } = node;
    if (isLeaf(node))
      return `${op.name === 'scalar' && !node.storage ? 'scalar' : 'leaf'} ${dtype} ${shape}`;
    return `${op.name} ${structuralKey(attributes)} ${inputs.map((input) => positions.get(input))}`;
  });
  return `${parts.join(';')} → ${roots.map((root) => positions.get(root))}`;
}

/** Bytes that a node's value takes on a device. */
export function bytesOfNode(node: Node): number {
  return storedBytes(node.dtype, sizeOf(node.shape));
}
