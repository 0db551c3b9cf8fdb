import type { PlanPart } from '@llm/tensor/backend';
import type { Kernel } from './kernel.ts';
import type { Allocation } from './memory.ts';
import type { Compiled } from './pipelines.ts';

/** What a dispatch binds: one of the run's buffers, or a range of the arena's. */
export type Slot =
  | {
      readonly kind: 'binding';
      readonly index: number;
      /** Where a window on a large buffer begins; a multiple of 256. Default 0. */
      readonly offset?: number;
      readonly bytes: number;
    }
  | {
      readonly kind: 'arena';
      readonly buffer: number;
      readonly offset: number;
      readonly bytes: number;
    };

/** Bind groups of one dispatch that are kept, for buffers that come and go. */
const groupLimit = 16;

/** A shader with its grid and buffers, ready to be encoded again and again. */
export class Dispatch {
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

  /** Whether it uses a buffer that has moved. */
  isStale(arenaMoved: boolean, moved: readonly boolean[]): boolean {
    if (!this.group) return true;
    return this.slots.some((slot) => (slot.kind === 'arena' ? arenaMoved : moved[slot.index]));
  }

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
          const { offset = 0 } = slot;
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

/**
 * Brings the part of a buffer that a repeated step uses to a place of its own, or back: bindings begin at
 * multiples of 256 bytes, parts anywhere.
 */
export class PartCopy {
  #whole: Place | undefined;
  #own: Place | undefined;

  constructor(
    readonly whole: Slot,
    readonly own: Slot,
    readonly part: PlanPart,
    readonly direction: 'in' | 'out',
  ) {}

  /** Finds the buffers of the run. */
  bind(bindings: readonly Allocation[], arena: readonly Allocation[]): void {
    this.#whole = placeOf(this.whole, bindings, arena);
    this.#own = placeOf(this.own, bindings, arena);
  }

  /** Copies what iteration `iteration` uses, or has made. */
  encode(encoder: GPUCommandEncoder, iteration: number): void {
    const { offset, stride, bytes } = this.part;
    const [whole, own] = [this.#whole!, this.#own!];
    const at = whole.offset + offset + iteration * stride;
    if (this.direction === 'in') {
      encoder.copyBufferToBuffer(whole.buffer, at, own.buffer, own.offset, bytes);
    } else encoder.copyBufferToBuffer(own.buffer, own.offset, whole.buffer, at, bytes);
  }
}

interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

function placeOf(slot: Slot, bindings: readonly Allocation[], arena: readonly Allocation[]): Place {
  if (slot.kind === 'binding') return { buffer: bindings[slot.index]!.buffer, offset: 0 };
  return { buffer: arena[slot.buffer]!.buffer, offset: slot.offset };
}
