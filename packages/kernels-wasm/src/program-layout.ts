import type { Plan } from '@llm/tensor';
import type { Kernel, KernelPlan } from './kernel.ts';

/** The argument tables of a plan, as one list of words, and what each word holds. */
export interface ArgumentLayout {
  /** Addresses of all kernels' buffers; filled in at each run as far as they change. */
  readonly words: Uint32Array;
  /** Kernels in order, each with the first of its words and the plan's step it belongs to. */
  readonly instructions: readonly { kernel: Kernel; word: number; step: number }[];
  /** Words that hold the address of a bound buffer, which must have so many bytes. */
  readonly bindings: readonly { word: number; binding: number; bytes: number }[];
  /** Words that hold an address in the arena. */
  readonly arena: readonly { word: number; offset: number }[];
}

/** Lays out the argument tables of a plan whose steps have been printed. */
export function layOut(plan: Plan, printed: readonly KernelPlan[]): ArgumentLayout {
  const instructions: { kernel: Kernel; word: number; step: number }[] = [];
  const bindings: { word: number; binding: number; bytes: number }[] = [];
  const arena: { word: number; offset: number }[] = [];
  let word = 0;
  plan.steps.forEach(({ buffers, scratch }, step) => {
    const { steps } = printed[step]!;
    for (const { kernel, args } of steps) {
      instructions.push({ kernel, word, step });
      for (const arg of args) {
        const buffer = plan.buffers[buffers[arg] ?? scratch[arg - buffers.length]!]!;
        if (buffer.kind === 'arena') arena.push({ word, offset: buffer.offset });
        else bindings.push({ word, binding: buffer.index, bytes: buffer.bytes });
        word++;
      }
    }
  });
  return { words: new Uint32Array(word), instructions, bindings, arena };
}
