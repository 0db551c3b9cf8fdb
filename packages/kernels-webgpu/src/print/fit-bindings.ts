import {
  contiguousStrides,
  type Instruction,
  type KernelBuffer,
  type LoopKernel,
  operandsOf,
  type Store,
  sizeOf,
} from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import { analyze } from './analysis.ts';

/** Loops that do together what one would, with at most so many buffers each. */
export interface FittedLoops {
  /** In order; each has all buffers of the kernel, scratch behind them. */
  readonly loops: readonly LoopKernel[];
  readonly scratchBytes: readonly number[];
}

/**
 * Takes a loop apart whose buffers are more than a shader may bind. Stores are done in groups, and of an
 * expression that reads too much by itself a part is computed before. All groups but the last write scratch,
 * which is copied at the end: a store may overwrite what a later group reads.
 *
 * @throws RangeError where a single value that cannot be taken apart reads too many buffers
 */
export function fitBindings(kernel: LoopKernel, limit: number): FittedLoops {
  const fitting = new Fitting(kernel, limit);
  const groups = fitting.groups();
  if (groups.length === 1 && fitting.before.length === 0)
    return { loops: [kernel], scratchBytes: [] };
  const last = groups.pop()!;
  const early = groups.map((stores) => stores.map((store) => fitting.toScratch(store)));
  const copies = early.flat().map(({ copy }) => copy);
  const loops = [
    ...fitting.before,
    ...early.map((stores) => fitting.loop(stores.map(({ store }) => store))),
    fitting.loop(last),
    ...copies,
  ];
  return { loops: loops.map((loop) => fitting.complete(loop)), scratchBytes: fitting.scratchBytes };
}

class Fitting {
  /** Loops that compute parts of expressions. */
  readonly before: LoopKernel[] = [];
  readonly #scratch: KernelBuffer[] = [];
  #instructions: readonly Instruction[];

  constructor(
    readonly kernel: LoopKernel,
    readonly limit: number,
  ) {
    this.#instructions = kernel.instructions;
  }

  get scratchBytes(): number[] {
    return this.#scratch.map(({ size }) => 4 * size);
  }

  /** Stores that one loop can do, in order. */
  groups(): Store[][] {
    const groups: Store[][] = [];
    let bound = new Set<number>();
    for (const store of this.kernel.stores) {
      while (this.#boundBy(store).size > this.limit) this.#computeBefore(store.value);
    }
    // Scratch has no place for what is stored at a computed position: that is for the last group, which needs none.
    const isScattered = ({ scatter }: Store) => (scatter ? 1 : 0);
    for (const store of this.kernel.stores.toSorted((a, b) => isScattered(a) - isScattered(b))) {
      const own = this.#boundBy(store);
      const together = new Set([...bound, ...own]);
      if (groups.length > 0 && together.size <= this.limit) {
        groups.at(-1)!.push(store);
        bound = together;
      } else {
        groups.push([store]);
        bound = own;
      }
    }
    return groups;
  }

  /** The kernel with these stores alone. */
  loop(stores: readonly Store[]): LoopKernel {
    return { ...this.kernel, instructions: this.#instructions, stores };
  }

  /** The store, to scratch instead; and the loop that copies it from there. */
  toScratch(store: Store): { store: Store; copy: LoopKernel } {
    const { size } = this.kernel.buffers[store.buffer]!;
    const { type } = this.#instructions[store.value]!;
    const dtype = type === 'bool' ? 'i32' : type;
    const buffer = this.#add(dtype, size);
    const copy: LoopKernel = {
      ...this.kernel,
      name: `${this.kernel.name} (copy)`,
      axes: [size],
      reduces: false,
      instructions: [{ op: 'load', access: { buffer, offset: 0, strides: [1] }, type: dtype }],
      stores: [{ value: 0, buffer: store.buffer, offset: 0, strides: [1] }],
    };
    return { store: { ...store, buffer }, copy };
  }

  /** The loop with all scratch among its buffers, read where it does not write it. */
  complete(loop: LoopKernel): LoopKernel {
    const first = this.kernel.buffers.length;
    const written = new Set(loop.stores.map(({ buffer }) => buffer));
    const scratch = this.#scratch.map((buffer, i): KernelBuffer => {
      return { ...buffer, access: written.has(first + i) ? 'write' : 'read' };
    });
    return { ...loop, buffers: [...this.kernel.buffers, ...scratch] };
  }

  /** Stores the part of a value that reads most, of those that fit, and reads it from there instead. */
  #computeBefore(value: number): void {
    const { kernel } = this;
    const { depth, isElement } = analyze(this.loop(kernel.stores));
    let best = -1;
    let most = 1;
    for (const position of this.#closure(value)) {
      const { op, type } = this.#instructions[position]!;
      if (op === 'load' || type === 'bool') continue;
      const reads = this.#reads(position).size;
      if (reads > most && reads < this.limit) [best, most] = [position, reads];
    }
    if (best < 0) {
      throw new RangeError(
        `webgpu: kernel '${kernel.name}' reads ${this.#reads(value).size} buffers, but ` +
          `maxStorageBuffersPerShaderStage is ${this.limit} on this device; split the expression by realizing a part of it`,
      );
    }
    const { type } = this.#instructions[best]! as { type: 'f32' | 'i32' | 'u32' };
    const reduces = depth[best]! > 0;
    // What is the same along a row has one place for it, and without a reduction one invocation.
    const isRow = kernel.reduces && !isElement[best];
    const places = isRow ? [...kernel.axes.slice(0, -1), 1] : kernel.axes;
    const strides = contiguousStrides(places);
    if (isRow) strides[strides.length - 1] = 0;
    const buffer = this.#add(type, sizeOf(places));
    const store: Store = { value: best, buffer, offset: 0, strides };
    const axes = reduces ? kernel.axes : places;
    this.before.push({ ...this.loop([store]), name: `${kernel.name} (part)`, axes, reduces });
    const load: Instruction = { op: 'load', access: { buffer, offset: 0, strides }, type };
    this.#instructions = this.#instructions.with(best, load);
  }

  #add(dtype: 'f32' | 'i32' | 'u32', size: number): number {
    return this.kernel.buffers.length + this.#scratch.push({ dtype, size, access: 'read' }) - 1;
  }

  /** Buffers that a store needs. */
  #boundBy({ value, scatter, buffer }: Store): Set<number> {
    const place = scatter ? this.#reads(scatter.index) : [];
    return new Set([...this.#reads(value), ...place, buffer]);
  }

  /** Buffers that a value reads. */
  #reads(value: number): Set<number> {
    const buffers = new Set<number>();
    for (const position of this.#closure(value)) {
      const instruction = this.#instructions[position]!;
      if (instruction.op === 'load') buffers.add(instruction.access.buffer);
    }
    return buffers;
  }

  /** A value and all that it is made of. */
  #closure(value: number): Set<number> {
    const found = new Set([value]);
    for (const position of found) {
      for (const operand of operandsOf(this.#instructions[position]!)) found.add(operand);
    }
    return found;
  }
}

/**
 * Plans one after the other, as one over the same buffers.
 *
 * @param buffers the number of buffers that all have in common, scratch of the whole included
 */
export function sequence(
  plans: readonly KernelPlan[],
  buffers: number,
  scratchBytes: readonly number[],
): KernelPlan {
  const scratch = [...scratchBytes];
  let next = buffers;
  const steps = plans.flatMap((plan) => {
    const first = next;
    next += plan.scratchBytes.length;
    scratch.push(...plan.scratchBytes);
    return plan.steps.map((step) => ({
      ...step,
      args: step.args.map((index) => (index < buffers ? index : index - buffers + first)),
    }));
  });
  return { steps, scratchBytes: scratch };
}
