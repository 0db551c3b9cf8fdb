import type { Plan, PlanBuffer, PlanStep } from '@llm/tensor/backend';
import { ARENA, arrange, type Touch } from './arrangement.ts';
import type { Kernel, KernelPlan } from './kernel.ts';

/** One kernel call of a plan. */
interface LaidOutInstruction {
  readonly kernel: Kernel;
  /** The first of its argument table's words. */
  readonly word: number;
  /** The plan's step it belongs to. */
  readonly step: number;
  /** How many of the first instructions must be done before it starts. */
  readonly after: number;
}

/** The argument tables of a plan, as one list of words, and what each word holds. */
export interface ArgumentLayout {
  /** Addresses of all kernels' buffers; filled in at each run as far as they change. */
  readonly words: Uint32Array;
  /** Kernels in the order in which they start; see `arrange`. */
  readonly instructions: readonly LaidOutInstruction[];
  /** Words that hold an address in a bound buffer, which must have so many bytes. */
  readonly bindings: readonly { word: number; binding: number; bytes: number; offset: number }[];
  /** Words that hold an address in the arena. */
  readonly arena: readonly { word: number; offset: number }[];
}

/** Lays out the argument tables of a plan whose steps have been printed. Repeats are written out. */
export function layOut(plan: Plan, printed: readonly KernelPlan[]): ArgumentLayout {
  const layout = new Layout(plan, printed);
  let next = 0;
  for (const { first, end, count } of plan.repeats ?? []) {
    layout.append(next, first, 1);
    layout.append(first, end, count);
    next = end;
  }
  layout.append(next, plan.steps.length, 1);
  return layout.finish();
}

class Layout {
  readonly #instructions: LaidOutInstruction[] = [];
  readonly #bindings: { word: number; binding: number; bytes: number; offset: number }[] = [];
  readonly #arena: { word: number; offset: number }[] = [];
  #words = 0;

  constructor(
    readonly plan: Plan,
    readonly printed: readonly KernelPlan[],
  ) {}

  /** Appends `count` times the steps of a range; each time begins after the one before has ended. */
  append(first: number, end: number, count: number): void {
    const { plan, printed } = this;
    const calls: { kernel: Kernel; args: readonly number[]; step: number }[] = [];
    for (let step = first; step < end; step++) {
      for (const { kernel, args } of printed[step]!.steps) calls.push({ kernel, args, step });
    }
    const { order, after } = arrange(calls.map(({ args, step }) => touchesOf(plan, step, args)));
    for (let iteration = 0; iteration < count; iteration++) {
      const before = this.#instructions.length;
      order.forEach((index, position) => {
        const { kernel, args, step } = calls[index]!;
        this.#instructions.push({
          kernel,
          word: this.#words,
          step,
          after: before + after[position]!,
        });
        for (const arg of args) this.#address(plan.steps[step]!, arg, iteration);
      });
    }
  }

  finish(): ArgumentLayout {
    return {
      words: new Uint32Array(this.#words),
      instructions: this.#instructions,
      bindings: this.#bindings,
      arena: this.#arena,
    };
  }

  /** Takes a word for the address of a step's buffer. */
  #address(step: PlanStep, arg: number, iteration: number): void {
    const buffer = bufferOf(this.plan, step, arg);
    const part = step.parts?.[arg];
    const offset = part ? part.offset + iteration * part.stride : 0;
    const word = this.#words++;
    if (buffer.kind === 'arena') this.#arena.push({ word, offset: buffer.offset + offset });
    else this.#bindings.push({ word, binding: buffer.index, bytes: buffer.bytes, offset });
  }
}

/** What a kernel call reads and writes; of a buffer of which each iteration uses a part, all of it. */
function touchesOf(plan: Plan, step: number, args: readonly number[]): Touch[] {
  const { kernel } = plan.steps[step]!;
  return args.map((arg) => {
    const buffer = bufferOf(plan, plan.steps[step]!, arg);
    const isArena = buffer.kind === 'arena';
    const start = isArena ? buffer.offset : 0;
    return {
      space: isArena ? ARENA : buffer.index,
      start,
      end: start + buffer.bytes,
      // Which of an operation's kernels write its scratch, and which read it, is not told.
      writes: kernel.buffers[arg]?.access !== 'read',
    };
  });
}

function bufferOf({ buffers: all }: Plan, { buffers, scratch }: PlanStep, arg: number): PlanBuffer {
  return all[buffers[arg] ?? scratch[arg - buffers.length]!]!;
}
