/**
 * A device made of a backend and the compiler.
 *
 * @module
 */
import type { Backend, BackendBuffer } from './backend/interface.ts';
import type { CompiledGraph, Device } from './device.ts';
import { DeviceStorage, Run } from './device-storage.ts';
import { Disposed } from './disposal.ts';
import { isLeaf } from './fuse/vertex.ts';
import { collectGarbage } from './garbage.ts';
import { type Node, type Storage, topologicalOrder, unobserved } from './graph.ts';
import { operationKey, structuralKey } from './key.ts';
import { detachOp } from './ops/detach.ts';
import { checkOptions } from './ops/options.ts';
import { copyKernel } from './plan/copy-kernel.ts';
import type { LowerOptions } from './plan/lower.ts';
import type { Graph } from './plan/lowered.ts';
import { EagerValues, PreparedGraph, uploaded } from './prepared-graph.ts';

/** Plans kept for graphs that were computed without `compile`. */
const planLimit = 256;

/** Options of a `BackendDevice`. */
export interface BackendDeviceOptions extends LowerOptions {
  /**
   * How much may be allocated before dead tensors are looked for: half of what is alive, but at least this.
   * Default 4096 buffers, 256 MiB.
   */
  readonly collectAfter?: { readonly buffers: number; readonly bytes: number };
}

/** Runs graphs on a backend. */
export class BackendDevice implements Device {
  readonly name: string;
  readonly #plans = new Map<string, PreparedGraph>();
  readonly #registry: FinalizationRegistry<BackendBuffer>;
  readonly #collectAfter: { readonly buffers: number; readonly bytes: number };
  /** Allocated since dead tensors were looked for, less what was given back by hand: who disposes needs no search. */
  #allocated = { buffers: 0, bytes: 0 };
  #collected = 0;
  /** Under way: who allocates meanwhile waits for it. */
  #relief: Promise<void> | undefined;

  constructor(
    readonly backend: Backend,
    readonly options: BackendDeviceOptions = {},
  ) {
    checkOptions('BackendDevice', options, ['fusion', 'collectAfter']);
    this.#collectAfter = options.collectAfter ?? { buffers: 4096, bytes: 256 * 2 ** 20 };
    this.name = backend.name;
    this.#registry = new FinalizationRegistry((buffer) => {
      this.#collected++;
      backend.release(buffer);
    });
  }

  /** @see Device.lost */
  get lost(): Error | undefined {
    return this.backend.lost;
  }

  /** @see Device.canBeLost */
  get canBeLost(): boolean {
    return 'lost' in this.backend;
  }

  realize(nodes: readonly Node[]): Promise<void> {
    const missing = [...new Set(nodes.filter((node) => !node.storage))];
    for (const node of missing) {
      if (node.op.name === 'data') node.storage = uploaded(this, node); // nothing to run
    }
    const roots = missing.filter((node) => !node.storage);
    if (roots.length === 0) return Promise.resolve();
    const order = topologicalOrder(roots, isLeaf);
    const leaves = order.filter(isLeaf);
    refuseDisposed(leaves);
    const prepared = this.#planOf(keyOf(order, roots), { outputs: roots, assigns: [] }, leaves);
    const { outputs, done } = prepared.run(new EagerValues(this, leaves));
    roots.forEach((root, i) => {
      root.storage = outputs[i];
      // What no gradient needs is let go, so that a long chain of updates does not keep its past.
      if (!root.differentiable || root.op === (detachOp as unknown)) root.inputs = [];
    });
    return done;
  }

  async read(storage: Storage, bytes: number): Promise<Uint8Array> {
    const { buffer, writer } = this.own(storage);
    const data = this.backend.read(buffer, 0, bytes); // now: later runs may write here
    if (writer && !writer.succeeded) {
      data.catch(() => {}); // the run's own error tells more
      await writer.done;
    }
    return data;
  }

  upload(bytes: Uint8Array, label: string): Storage {
    const storage = this.allocate(bytes.length, label);
    this.backend.write(storage.buffer, bytes);
    return storage;
  }

  copy(storage: Storage): Storage {
    const from = this.own(storage);
    const words = from.bytes / 4;
    const fresh = this.allocate(from.bytes, 'copy');
    if (words === 0) return fresh;
    const program = this.backend.prepare({
      steps: [{ kernel: copyKernel('u32', words), buffers: [0, 1], scratch: [], scope: '' }],
      buffers: [0, 1].map((index) => ({ kind: 'binding', index, bytes: from.bytes })),
      bindings: 2,
      arenaBytes: 0,
    });
    fresh.writer = new Run(this.backend.run(program, [from.buffer, fresh.buffer]), [from]);
    const dispose = () => program.dispose();
    fresh.writer.done.then(dispose, dispose);
    return fresh;
  }

  /** Fuses and plans a graph for the backend. */
  compile(graph: Graph): CompiledGraph {
    return this.#prepare(graph);
  }

  free(storage: Storage): void {
    const own = this.own(storage);
    this.#registry.unregister(own);
    own.released = true;
    this.#allocated.buffers = Math.max(0, this.#allocated.buffers - 1);
    this.#allocated.bytes = Math.max(0, this.#allocated.bytes - own.bytes);
    this.backend.release(own.buffer);
  }

  relieve(force: boolean): Promise<void> | undefined {
    if (this.#relief) return this.#relief;
    const { live, buffers } = this.backend.memory();
    const { buffers: most, bytes: mostBytes } = this.#collectAfter;
    const { buffers: allocated, bytes: allocatedBytes } = this.#allocated;
    const due =
      allocated > Math.max(most, buffers / 2) || allocatedBytes > Math.max(mostBytes, live / 2);
    if (!force && !due) return undefined;
    if (force) this.#dropPlans();
    this.#allocated = { buffers: 0, bytes: 0 };
    const before = this.#collected;
    this.#relief = collectGarbage(() => this.#collected > before).finally(() => {
      this.#relief = undefined;
    });
    return this.#relief;
  }

  /** New storage; freed by `free` or with the last reference. */
  allocate(bytes: number, label: string): DeviceStorage {
    const storage = this.adopt(this.backend.allocate(bytes, label));
    this.#allocated.buffers++;
    this.#allocated.bytes += bytes;
    return storage;
  }

  /** Storage of a buffer of the backend, which is released by `free` or with the last reference. */
  adopt(buffer: BackendBuffer): DeviceStorage {
    const storage = new DeviceStorage(this, buffer);
    this.#registry.register(storage, buffer, storage);
    return storage;
  }

  /** A storage of this device that is in use. */
  own(storage: Storage): DeviceStorage {
    if (storage.device !== this) {
      const { lost } = storage.device as Device;
      if (lost) {
        throw new Error(
          `${this.name}: the value went with its device; make it anew, or give the variable a value from the host`,
          { cause: lost },
        );
      }
      // Lost within a call: what it was given last is on the device that comes after.
      if (this.lost) throw this.lost;
      throw new TypeError(`${this.name}: the value is on another device; move it with .to(device)`);
    }
    if (!(storage instanceof DeviceStorage) || storage.released) {
      throw new Error(`${this.name}: the tensor was disposed; keep it, or compute it again`);
    }
    return storage;
  }

  #planOf(key: string, graph: Graph, leaves: readonly Node[]): PreparedGraph {
    const known = this.#plans.get(key);
    if (known) {
      this.#plans.delete(key); // to the end: the map is in order of last use
      this.#plans.set(key, known);
      return known;
    }
    const prepared = this.#prepare(graph);
    prepared.forgetLeaves(leaves);
    this.#plans.set(key, prepared);
    if (this.#plans.size > planLimit) {
      const [oldest] = this.#plans;
      oldest![1].dispose();
      this.#plans.delete(oldest![0]);
    }
    return prepared;
  }

  #prepare(graph: Graph): PreparedGraph {
    // The nodes of definitions are no work of the user's that waits.
    return unobserved(() => new PreparedGraph(this, graph));
  }

  #dropPlans(): void {
    for (const plan of this.#plans.values()) plan.dispose();
    this.#plans.clear();
  }
}

function refuseDisposed(leaves: readonly Node[]): void {
  const gone = leaves.find(({ storage }) => storage instanceof Disposed);
  if (!gone) return;
  const where = gone.scope ? ` of ${gone.scope}` : '';
  throw new Error(
    `realize: a tensor that this was made from was disposed: ${gone.op.name}${where}, ${gone.dtype}[${gone.shape.join(', ')}]; dispose of it after the last use`,
  );
}

/** A text that is equal for graphs that one plan serves. */
function keyOf(order: readonly Node[], roots: readonly Node[]): string {
  const positions = new Map(order.map((node, i) => [node, i]));
  const parts = order.map((node) => {
    const { op, attributes, inputs, shape, dtype } = node;
    if (isLeaf(node))
      return `${op.name === 'scalar' && !node.storage ? 'scalar' : 'leaf'} ${dtype} ${shape}`;
    return `${operationKey(op)} ${structuralKey(attributes)} ${inputs.map((input) => positions.get(input))}`;
  });
  return `${parts.join(';')} → ${roots.map((root) => positions.get(root))}`;
}
