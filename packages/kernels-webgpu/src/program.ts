import type { Plan, Program as TensorProgram } from '@llm/tensor/backend';
import { mergeAliases } from './alias.ts';
import { type Placement, placeTemporaries, type Use } from './arena.ts';
import { BufferLimitError } from './errors.ts';
import type { Kernel, KernelPlan, KernelStep, Target } from './kernel.ts';
import type { Allocation } from './memory.ts';
import type { Compiled, PipelineCache } from './pipelines.ts';

/** What a dispatch binds: one of the run's buffers, or a range of the arena's. */
type Slot =
  | { readonly kind: 'binding'; readonly index: number; readonly bytes: number }
  | {
      readonly kind: 'arena';
      readonly buffer: number;
      readonly offset: number;
      readonly bytes: number;
    };

/** Bind groups of one dispatch that are kept, for buffers that come and go. */
const groupLimit = 16;

/** A shader with its grid and buffers, ready to be encoded again and again. */
class Dispatch {
  /** For the buffers of the current run. */
  group: GPUBindGroup | undefined;
  readonly #groups = new Map<string, GPUBindGroup>();

  constructor(
    readonly kernel: Kernel,
    readonly compiled: Compiled,
    readonly slots: readonly Slot[],
    /** The step of the plan that it belongs to. */
    readonly step: number,
  ) {}

  /** Finds or makes the bind group for the run's buffers. */
  bind(device: GPUDevice, bindings: readonly Allocation[], arena: readonly Allocation[]): void {
    const allocations = this.slots.map((slot) =>
      slot.kind === 'binding' ? bindings[slot.index]! : arena[slot.buffer]!,
    );
    const key = allocations.map(({ id }) => id).join();
    let group = this.#groups.get(key);
    if (group) this.#groups.delete(key);
    else {
      group = device.createBindGroup({
        label: this.kernel.name,
        layout: this.compiled.layout,
        entries: this.slots.map(({ bytes, ...slot }, binding) => {
          const { buffer, size: whole } = allocations[binding]!;
          const offset = slot.kind === 'arena' ? slot.offset : 0;
          // Whole vectors of four, for shaders that see them; the memory is there.
          const size = Math.min(whole - offset, Math.max(16, Math.ceil(bytes / 16) * 16));
          return { binding, resource: { buffer, offset, size } };
        }),
      });
    }
    this.#groups.set(key, group); // to the end: the map is in order of last use
    if (this.#groups.size > groupLimit) this.#groups.delete(this.#groups.keys().next().value!);
    this.group = group;
  }
}

/** A plan's dispatches for one way in which the run's buffers may coincide. */
class Replay {
  readonly dispatches: Dispatch[] = [];
  readonly placement: Placement;
  /** Resolves when all shaders are compiled; then `isReady`. */
  readonly ready: Promise<void>;
  isReady = false;
  /** What the bind groups are made for. */
  #bound: readonly Allocation[] = [];
  #generation = -1;

  /**
   * @param same for each binding of the plan, the first one that is the same buffer
   */
  constructor(
    readonly plan: Plan,
    print: (step: number) => KernelPlan,
    pipelines: PipelineCache,
    target: Target,
    same: (binding: number) => number,
  ) {
    const identity = (position: number) => {
      const buffer = plan.buffers[position]!;
      return buffer.kind === 'arena' ? position : -1 - same(buffer.index);
    };
    const steps = plan.steps.flatMap(({ buffers, scratch }, step) => {
      const positions = [...buffers, ...scratch];
      return print(step).steps.map((own) => {
        const { kernel, args } = mergeAliases(own, (argument) => identity(positions[argument]!));
        return { kernel, step, positions: args.map((argument) => positions[argument]!) };
      });
    });
    const uses = steps.map(({ kernel, positions }) => usesOf(plan, kernel, positions));
    const bytesOf = (position: number) => plan.buffers[position]!.bytes;
    this.placement = placeTemporaries(uses, bytesOf, target.limits.maxBufferSize!);
    for (const { kernel, positions, step } of steps) {
      checkLimits(plan, kernel, step, positions, target);
      const slots = positions.map((position) => slotOf(plan, this.placement, position));
      this.dispatches.push(new Dispatch(kernel, pipelines.get(kernel), slots, step));
    }
    const compiling = new Set(this.dispatches.map(({ compiled }) => compiled));
    this.ready = Promise.all([...compiling].map(({ ready }) => ready)).then(() => {
      this.isReady = true;
    });
    this.ready.catch(() => {}); // reported by the run that waits for it
  }

  /** Gives every dispatch its bind group; nothing is made for buffers that were bound before. */
  bind(
    device: GPUDevice,
    bindings: readonly Allocation[],
    arena: { readonly buffers: readonly Allocation[]; readonly generation: number },
  ): void {
    const arenaMoved = this.#generation !== arena.generation;
    const moved = bindings.map((allocation, i) => allocation !== this.#bound[i]);
    if (!arenaMoved && !moved.includes(true)) return;
    for (const dispatch of this.dispatches) {
      const isStale = dispatch.slots.some((slot) =>
        slot.kind === 'arena' ? arenaMoved : moved[slot.index],
      );
      if (isStale || !dispatch.group) dispatch.bind(device, bindings, arena.buffers);
    }
    this.#bound = [...bindings];
    this.#generation = arena.generation;
  }
}

/** A plan with its shaders, bind groups and places in the arena. */
export class WebGpuProgram implements TensorProgram {
  readonly #replays = new Map<string, Replay>();
  /** Bindings that some dispatch writes, each with those that it reads or writes besides. */
  readonly #mustDiffer: readonly (readonly [written: number, other: number])[];
  isDisposed = false;

  constructor(
    readonly plan: Plan,
    readonly print: (step: number) => KernelPlan,
    readonly pipelines: PipelineCache,
    readonly target: Target,
    readonly onDispose: () => void,
  ) {
    this.#mustDiffer = plan.steps.flatMap(({ kernel, buffers }) => {
      const bound = buffers.map((position) => plan.buffers[position]!);
      return bound.flatMap((written, i): [number, number][] => {
        if (kernel.buffers[i]!.access !== 'write' || written.kind !== 'binding') return [];
        return bound.flatMap((other): [number, number][] =>
          other.kind === 'binding' && other.index !== written.index
            ? [[written.index, other.index]]
            : [],
        );
      });
    });
    this.#replay('', (binding) => binding); // compile now
  }

  /** What to encode for these buffers. Where two bindings are one buffer, shaders see it once. */
  replayFor(bindings: readonly Allocation[]): Replay {
    const clash = this.#mustDiffer.some(([a, b]) => bindings[a] === bindings[b]);
    if (!clash) return this.#replay('', (binding) => binding);
    const same = bindings.map((allocation) => bindings.indexOf(allocation));
    return this.#replay(same.join(), (binding) => same[binding]!);
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.#replays.clear();
    this.onDispose();
  }

  #replay(key: string, same: (binding: number) => number): Replay {
    let replay = this.#replays.get(key);
    if (!replay) {
      const { plan, print, pipelines, target } = this;
      replay = new Replay(plan, print, pipelines, target, same);
      this.#replays.set(key, replay);
    }
    return replay;
  }
}

export type { Replay };

function usesOf(plan: Plan, kernel: KernelStep['kernel'], positions: readonly number[]): Use {
  const temporaries = (access: 'read' | 'write') =>
    positions.filter(
      (position, i) =>
        plan.buffers[position]!.kind === 'arena' && kernel.bindings[i]!.access === access,
    );
  return { reads: temporaries('read'), writes: temporaries('write') };
}

function slotOf(plan: Plan, { places }: Placement, position: number): Slot {
  const buffer = plan.buffers[position]!;
  if (buffer.kind === 'binding') return buffer;
  return { kind: 'arena', ...places.get(position)!, bytes: buffer.bytes };
}

function checkLimits(
  plan: Plan,
  kernel: Kernel,
  step: number,
  positions: readonly number[],
  { limits }: Target,
): void {
  const { scope } = plan.steps[step]!;
  const where = scope ? ` of ${scope}` : '';
  const most = limits.maxStorageBuffersPerShaderStage!;
  if (positions.length > most) {
    throw new RangeError(
      `webgpu: kernel '${kernel.name}'${where} binds ${positions.length} buffers, but ` +
        `maxStorageBuffersPerShaderStage is ${most} on this device; split the expression by realizing a part of it`,
    );
  }
  for (const position of positions) {
    const { bytes } = plan.buffers[position]!;
    const limit = 'maxStorageBufferBindingSize';
    if (bytes <= limits[limit]!) continue;
    throw new BufferLimitError(`${kernel.name}${where}`, bytes, limit, limits[limit]!);
  }
}
