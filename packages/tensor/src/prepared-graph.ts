import type { Backend, BackendBuffer, Program } from './backend/interface.ts';
import type { CompiledGraph, GraphValues, PlanMemory } from './device.ts';
import { type DeviceStorage, Run } from './device-storage.ts';
import { noteRealized } from './disposal.ts';
import { explainPlan } from './explain.ts';
import { scalarCapacity } from './fuse/emit.ts';
import { leaf, type Node, type Storage } from './graph.ts';
import * as leaves from './ops/leaf.ts';
import { type LowerOptions, lower } from './plan/lower.ts';
import type { Graph, Lowered } from './plan/lowered.ts';
import { type KernelProfile, kernelProfiles } from './profile.ts';

/** What a plan needs of the device that it runs on. */
interface StorageDevice {
  readonly backend: Backend;
  readonly options: LowerOptions;
  /** New storage, its contents undefined. */
  allocate(bytes: number, label: string): DeviceStorage;
  upload(bytes: Uint8Array, label: string): Storage;
  free(storage: Storage): void;
  /** A storage of this device. @throws Error if it is another's or was disposed. */
  own(storage: Storage): DeviceStorage;
}

/** A plan with its program and its reusable buffers. */
export class PreparedGraph implements CompiledGraph {
  readonly #lowered: Lowered;
  readonly #program: Program;
  readonly #scalars: { storage: DeviceStorage; bytes: Uint8Array; view: DataView } | undefined;
  /** Positions of the bindings that some kernel writes. */
  readonly #written = new Set<number>();
  /** What writes each fresh buffer; shown when memory runs out. */
  readonly #labels: string[] = [];

  constructor(
    readonly device: StorageDevice,
    graph: Graph,
  ) {
    const lowered = lower(graph, device.backend, device.options);
    this.#lowered = lowered;
    this.#noteWriters();
    this.#program = device.backend.prepare(lowered.plan);
    if (lowered.bindings.some(({ kind }) => kind === 'scalars')) {
      const bytes = new Uint8Array(4 * scalarCapacity);
      const storage = device.allocate(bytes.length, 'host scalars');
      this.#scalars = { storage, bytes, view: new DataView(bytes.buffer) };
    }
  }

  /** Refers to leaves by stand-ins from now on, so that a cached plan does not keep their values alive. */
  forgetLeaves(leafNodes: readonly Node[]): void {
    const standIns = new Map(
      leafNodes.map((node, index) => [node, leaf(leaves.input, { index }, node)]),
    );
    const of = (node: Node) => standIns.get(node)!;
    const { bindings, scalars, outputs } = this.#lowered;
    Object.assign(this.#lowered, {
      bindings: bindings.map((binding) =>
        binding.kind === 'leaf' ? { ...binding, node: of(binding.node) } : binding,
      ),
      scalars: scalars.map(of),
      outputs: outputs.map((output) => ('leaf' in output ? { leaf: of(output.leaf) } : output)),
    });
  }

  run(values: GraphValues): { outputs: Storage[]; done: Promise<void> } {
    return this.#submit(values, (buffers) => this.device.backend.run(this.#program, buffers));
  }

  profile(values: GraphValues): { outputs: Storage[]; kernels: Promise<KernelProfile[]> } {
    let kernels!: Promise<KernelProfile[]>;
    const { outputs } = this.#submit(values, async (buffers) => {
      const timings = this.device.backend.profile(this.#program, buffers);
      kernels = timings.then((steps) => kernelProfiles(this.#lowered.plan, steps));
      await kernels;
    });
    return { outputs, kernels };
  }

  /** Binds the buffers of a run and hands them to `start`. */
  #submit(
    values: GraphValues,
    start: (buffers: readonly BackendBuffer[]) => Promise<void>,
  ): { outputs: Storage[]; done: Promise<void> } {
    const { device } = this;
    const { bindings, freshBytes, outputs } = this.#lowered;
    const bound = bindings.map((binding) => {
      if (binding.kind === 'output') return undefined;
      if (binding.kind === 'scalars') return this.#scalars!.storage;
      return device.own(values.storage(binding.node));
    });
    const fresh = this.#allocate(freshBytes);
    const buffers: BackendBuffer[] = bindings.map((binding, i) =>
      binding.kind === 'output' ? fresh[binding.index]!.buffer : bound[i]!.buffer,
    );
    this.#writeScalars(values);
    const inputs = bound.filter((storage) => storage !== undefined);
    const run = new Run(start(buffers), inputs);
    for (const storage of fresh) storage.writer = run;
    for (const position of this.#written) {
      const storage = bound[position];
      if (storage) storage.writer = run;
    }
    return {
      outputs: outputs.map((output) =>
        'fresh' in output ? fresh[output.fresh]! : values.storage(output.leaf),
      ),
      done: run.done,
    };
  }

  explain(): string {
    return explainPlan(this.#lowered);
  }

  memory(): PlanMemory {
    const { plan, freshBytes } = this.#lowered;
    return { temporaries: plan.arenaBytes, outputs: freshBytes.reduce((a, b) => a + b, 0) };
  }

  dispose(): void {
    this.#program.dispose();
    if (this.#scalars) this.device.free(this.#scalars.storage);
  }

  #noteWriters(): void {
    const { bindings, plan } = this.#lowered;
    for (const { kernel, buffers, scope } of plan.steps) {
      kernel.buffers.forEach(({ access }, i) => {
        const buffer = plan.buffers[buffers[i]!]!;
        if (access !== 'write' || buffer.kind !== 'binding') return;
        this.#written.add(buffer.index);
        const binding = bindings[buffer.index]!;
        if (binding.kind === 'output')
          this.#labels[binding.index] = `${scope} ${kernel.name}`.trim();
      });
    }
  }

  /** All of the outputs, or none where memory does not suffice. */
  #allocate(sizes: readonly number[]): DeviceStorage[] {
    const fresh: DeviceStorage[] = [];
    try {
      sizes.forEach((bytes, index) => {
        fresh.push(this.device.allocate(bytes, this.#labels[index]!));
      });
    } catch (error) {
      for (const storage of fresh) this.device.free(storage);
      throw error;
    }
    return fresh;
  }

  #writeScalars(values: GraphValues): void {
    if (!this.#scalars) return;
    const { storage, bytes, view } = this.#scalars;
    this.#lowered.scalars.forEach((node, slot) => {
      const value = values.scalar(node);
      if (node.dtype === 'f32') view.setFloat32(4 * slot, value, true);
      else if (node.dtype === 'u32') view.setUint32(4 * slot, value, true);
      else view.setInt32(4 * slot, value, true);
    });
    this.device.backend.write(storage.buffer, bytes.subarray(0, 4 * this.#lowered.scalars.length));
  }
}

/** Values of the leaves of a graph, for a plan that was made for a graph of the same structure. */
export class EagerValues implements GraphValues {
  constructor(
    readonly device: StorageDevice,
    /** The leaves in order of traversal. */
    readonly leaves: readonly Node[],
  ) {}

  storage(standIn: Node): Storage {
    const node = this.#present(standIn);
    if (!node.storage) {
      if (node.op.name !== 'data') {
        const what =
          node.op.name === 'input' || node.op.name === 'variable'
            ? 'a tensor of a compiled function was used outside it; return it from the function'
            : `internal: the leaf '${node.op.name}' has no value`;
        throw new Error(what);
      }
      node.storage = uploaded(this.device, node);
      noteRealized([node]);
    }
    return node.storage;
  }

  scalar(standIn: Node): number {
    return (this.#present(standIn).attributes as { value: number }).value;
  }

  #present(standIn: Node): Node {
    return this.leaves[(standIn.attributes as { index: number }).index]!;
  }
}

/** The storage of a node that holds data of the host. */
export function uploaded(device: Pick<StorageDevice, 'upload'>, node: Node): Storage {
  const { bytes } = node.attributes as { bytes: Uint8Array };
  return device.upload(bytes, node.scope || 'tensor');
}
