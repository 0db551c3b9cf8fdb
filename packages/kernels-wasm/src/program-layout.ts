import type { Plan } from '@llm/tensor/backend';
import type { Kernel, KernelPlan } from './kernel.ts';
import { ARENA, type Touch, wavesOf } from './waves.ts';

/** One kernel call of a plan. */
export interface LaidOutInstruction {
  readonly kernel: Kernel;
  /** The first of its argument table's words. */
  readonly word: number;
  /** The plan's step it belongs to. */
  readonly step: number;
  /** Whether it may run side by side with the one before it. */
  readonly joinsPrevious: boolean;
}

/** The argument tables of a plan, as one list of words, and what each word holds. */
export interface ArgumentLayout {
  /** Addresses of all kernels' buffers; filled in at each run as far as they change. */
  readonly words: Uint32Array;
  /** Kernels in the order in which they run: wave by wave, see `wavesOf`. */
  readonly instructions: readonly LaidOutInstruction[];
  /** Words that hold the address of a bound buffer, which must have so many bytes. */
  readonly bindings: readonly { word: number; binding: number; bytes: number }[];
  /** Words that hold an address in the arena. */
  readonly arena: readonly { word: number; offset: number }[];
}

/** Lays out the argument tables of a plan whose steps have been printed. */
export function layOut(plan: Plan, printed: readonly KernelPlan[]): ArgumentLayout {
  const instructions: { kernel: Kernel; word: number; step: number }[] = [];
  const touches: Touch[][] = [];
  const bindings: { word: number; binding: number; bytes: number }[] = [];
  const arena: { word: number; offset: number }[] = [];
  let word = 0;
  plan.steps.forEach(({ kernel: source, buffers, scratch }, step) => {
    for (const { kernel, args } of printed[step]!.steps) {
      instructions.push({ kernel, word, step });
      const touched: Touch[] = [];
      for (const arg of args) {
        const buffer = plan.buffers[buffers[arg] ?? scratch[arg - buffers.length]!]!;
        if (buffer.kind === 'arena') arena.push({ word, offset: buffer.offset });
        else bindings.push({ word, binding: buffer.index, bytes: buffer.bytes });
        const isArena = buffer.kind === 'arena';
        const start = isArena ? buffer.offset : 0;
        touched.push({
          space: isArena ? ARENA : buffer.index,
          start,
          end: start + buffer.bytes,
          // Which of an operation's kernels write its scratch, and which read it, is not told.
          writes: source.buffers[arg]?.access !== 'read',
        });
        word++;
      }
      touches.push(touched);
    }
  });
  const waves = wavesOf(touches);
  const order = [...instructions.keys()].sort((a, b) => waves[a]! - waves[b]! || a - b);
  return {
    words: new Uint32Array(word),
    instructions: order.map((index, position) => ({
      ...instructions[index]!,
      joinsPrevious: position > 0 && waves[order[position - 1]!] === waves[index],
    })),
    bindings,
    arena,
  };
}
