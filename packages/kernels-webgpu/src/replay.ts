import type { Plan, PlanBuffer, PlanPart } from '@llm/tensor/backend';
import { mergeAliases } from './alias.ts';
import { type Placement, placeTemporaries, type Use } from './arena.ts';
import { Dispatch, PartCopy, type Slot } from './dispatch.ts';
import type { Kernel, KernelPlan, Target } from './kernel.ts';
import type { Allocation } from './memory.ts';
import type { PipelineCache } from './pipelines.ts';
import { type BoundKernel, bindWithinLimits } from './windows.ts';

/** An operation before its buffers have places; buffers are positions in the plan's list. */
type Draft =
  | {
      readonly kind: 'dispatch';
      readonly kernel: Kernel;
      readonly step: number;
      readonly positions: readonly number[];
    }
  | {
      readonly kind: 'copy';
      readonly whole: number;
      readonly own: number;
      readonly part: PlanPart;
      readonly direction: 'in' | 'out';
    };

/** Operations that run `count` times. */
interface Range {
  readonly first: number;
  readonly end: number;
  readonly count: number;
}

/** A plan's dispatches for one way in which the run's buffers may coincide. */
export class Replay {
  readonly placement: Placement;
  /** Resolves when all shaders are compiled; then `isReady`. */
  readonly ready: Promise<void>;
  isReady = false;
  readonly #operations: readonly (Dispatch | PartCopy)[];
  readonly #ranges: readonly Range[];
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
    const { drafts, ranges, buffers } = new Drafting(plan, print, same).run();
    this.#ranges = ranges;
    const uses = drafts.map((draft) => usesOf(draft, buffers));
    const repeated = ranges.filter(({ count }) => count > 1);
    const bytesOf = (position: number) => buffers[position]!.bytes;
    this.placement = placeTemporaries(uses, bytesOf, target.limits.maxBufferSize!, repeated);
    const slotOf = (position: number): Slot => {
      const buffer = buffers[position]!;
      if (buffer.kind === 'binding') return buffer;
      return { kind: 'arena', ...this.placement.places.get(position)!, bytes: buffer.bytes };
    };
    this.#operations = drafts.map((draft) => {
      if (draft.kind === 'copy') {
        return new PartCopy(slotOf(draft.whole), slotOf(draft.own), draft.part, draft.direction);
      }
      const { step, positions } = draft;
      const { scope } = plan.steps[step]!;
      const { kernel, slots } = fitted(draft.kernel, positions.map(slotOf), scope, target);
      return new Dispatch(kernel, pipelines.get(kernel), slots, step);
    });
    const compiling = new Set(this.dispatches.map(({ compiled }) => compiled));
    this.ready = Promise.all([...compiling].map(({ ready }) => ready)).then(() => {
      this.isReady = true;
    });
    this.ready.catch(() => {}); // reported by the run that waits for it
  }

  /** The dispatches, each once. */
  get dispatches(): Dispatch[] {
    return this.#operations.filter((operation) => operation instanceof Dispatch);
  }

  /** Names of the kernels, each once. */
  get kernelNames(): string[] {
    return [...new Set(this.dispatches.map(({ kernel }) => kernel.name))];
  }

  /** Visits the operations in the order of a run. */
  forEach(visit: (operation: Dispatch | PartCopy, iteration: number) => void): void {
    for (const { first, end, count } of this.#ranges) {
      for (let iteration = 0; iteration < count; iteration++) {
        for (let at = first; at < end; at++) visit(this.#operations[at]!, iteration);
      }
    }
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
    for (const operation of this.#operations) {
      if (operation instanceof PartCopy) operation.bind(bindings, arena.buffers);
      else if (operation.isStale(arenaMoved, moved)) {
        operation.bind(device, bindings, arena.buffers);
      }
    }
    this.#bound = [...bindings];
    this.#generation = arena.generation;
  }
}

/** Writes a plan out as operations, and adds the places of repeated steps' parts to its buffers. */
class Drafting {
  readonly #drafts: Draft[] = [];
  readonly #buffers: PlanBuffer[];

  constructor(
    readonly plan: Plan,
    readonly print: (step: number) => KernelPlan,
    readonly same: (binding: number) => number,
  ) {
    this.#buffers = [...plan.buffers];
  }

  run(): { drafts: Draft[]; ranges: Range[]; buffers: PlanBuffer[] } {
    const { steps, repeats = [] } = this.plan;
    const ranges: Range[] = [];
    const add = (firstStep: number, endStep: number, count: number) => {
      const first = this.#drafts.length;
      for (let step = firstStep; step < endStep; step++) this.#step(step);
      ranges.push({ first, end: this.#drafts.length, count });
    };
    let done = 0;
    for (const { first, end, count } of repeats) {
      add(done, first, 1);
      add(first, end, count);
      done = end;
    }
    add(done, steps.length, 1);
    return { drafts: this.#drafts, ranges, buffers: this.#buffers };
  }

  #step(step: number): void {
    const { kernel: whole, buffers, parts, scratch } = this.plan.steps[step]!;
    const copies: (Draft & { kind: 'copy' })[] = [];
    const own = buffers.map((position, local) => {
      const part = parts?.[local];
      if (!part) return position;
      const direction = whole.buffers[local]!.access === 'read' ? 'in' : 'out';
      const place = this.#buffers.push({ kind: 'arena', offset: 0, bytes: part.bytes }) - 1;
      copies.push({ kind: 'copy', whole: position, own: place, part, direction });
      return place;
    });
    const positions = [...own, ...scratch];
    this.#drafts.push(...copies.filter(({ direction }) => direction === 'in'));
    for (const printed of this.print(step).steps) {
      const identity = (argument: number) => this.#identity(positions[argument]!);
      const { kernel, args } = mergeAliases(printed, identity);
      if (printed.onlyCopies && args.length === 1) continue;
      const bound = args.map((argument) => positions[argument]!);
      this.#drafts.push({ kind: 'dispatch', kernel, step, positions: bound });
    }
    this.#drafts.push(...copies.filter(({ direction }) => direction === 'out'));
  }

  #identity(position: number): number {
    const buffer = this.#buffers[position]!;
    return buffer.kind === 'arena' ? position : -1 - this.same(buffer.index);
  }
}

function usesOf(draft: Draft, buffers: readonly PlanBuffer[]): Use {
  const isTemporary = (position: number) => buffers[position]!.kind === 'arena';
  if (draft.kind === 'copy') {
    const { whole, own, direction } = draft;
    const [from, to] = direction === 'in' ? [whole, own] : [own, whole];
    return { reads: [from].filter(isTemporary), writes: [to].filter(isTemporary) };
  }
  const { kernel, positions } = draft;
  const temporaries = (access: 'read' | 'write') =>
    positions.filter(
      (position, i) => isTemporary(position) && kernel.bindings[i]!.access === access,
    );
  return { reads: temporaries('read'), writes: temporaries('write') };
}

/** A kernel with its buffers, as the device can bind them. @throws RangeError, BufferLimitError */
function fitted(
  kernel: Kernel,
  slots: readonly Slot[],
  scope: string,
  target: Target,
): BoundKernel {
  const where = scope ? ` of ${scope}` : '';
  const most = target.limits.maxStorageBuffersPerShaderStage!;
  if (slots.length > most) {
    throw new RangeError(
      `webgpu: kernel '${kernel.name}'${where} binds ${slots.length} buffers, but ` +
        `maxStorageBuffersPerShaderStage is ${most} on this device; split the expression by realizing a part of it`,
    );
  }
  return bindWithinLimits({ kernel, slots }, where, target);
}
