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
  /** The plan's temporaries and, after them, the scratch of its most demanding step. */
  readonly arenaBytes: number;
}

const ALIGNMENT = 64;

/** Lays out the argument tables of a plan whose steps have been printed. */
export function layOut(plan: Plan, printed: readonly KernelPlan[]): ArgumentLayout {
  const instructions: { kernel: Kernel; word: number; step: number }[] = [];
  const bindings: { word: number; binding: number; bytes: number }[] = [];
  const arena: { word: number; offset: number }[] = [];
  const scratchStart = align(plan.arenaBytes);
  let arenaBytes = plan.arenaBytes;
  let word = 0;
  plan.steps.forEach(({ buffers }, step) => {
    const { steps, scratchBytes } = printed[step]!;
    const scratch: number[] = [];
    let top = scratchStart;
    for (const bytes of scratchBytes) {
      scratch.push(top);
      top += align(bytes);
    }
    arenaBytes = Math.max(arenaBytes, scratch.length > 0 ? top : 0);
    for (const { kernel, args } of steps) {
      instructions.push({ kernel, word, step });
      for (const arg of args) {
        if (arg >= buffers.length) arena.push({ word, offset: scratch[arg - buffers.length]! });
        else {
          const buffer = plan.buffers[buffers[arg]!]!;
          if (buffer.kind === 'arena') arena.push({ word, offset: buffer.offset });
          else bindings.push({ word, binding: buffer.index, bytes: buffer.bytes });
        }
        word++;
      }
    }
  });
  return { words: new Uint32Array(word), instructions, bindings, arena, arenaBytes };
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
