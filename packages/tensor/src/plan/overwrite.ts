import {
  buffersOf,
  type Instruction,
  type LoopKernel,
  type SingleKernel,
  type Store,
} from '../ir/kernel.ts';
import { operandsOf } from '../ir/operands.ts';

/**
 * Whether a kernel reads buffer `read` only at the index at which it writes buffer `written`, and not after it
 * has written there: then one buffer can be both, unless the kernel keeps something else there meanwhile.
 */
export function readsWhatItWrites(kernel: SingleKernel, read: number, written: number): boolean {
  if (kernel.kind === 'coarse') return false;
  const stores = kernel.stores.filter(({ buffer }) => buffer === written);
  const [store] = stores;
  if (!store || stores.length > 1 || store.scatter) return false;
  if (kernel.kind === 'matmul') {
    const { left, right, second, prologue } = kernel;
    const isOperand =
      [left, right, second].some((operand) => operand && buffersOf(operand).includes(read)) ||
      prologue?.instructions.some((each) => each.op === 'load' && each.access.buffer === read);
    return !isOperand && loadsOnlyAt(kernel.epilogue, read, store);
  }
  return loadsOnlyAt(kernel.instructions, read, store) && !readsLater(kernel, read, store);
}

/** Whether every load of a buffer is of the element that a store writes. */
function loadsOnlyAt(instructions: readonly Instruction[], read: number, store: Store): boolean {
  return instructions.every((instruction) => {
    if (instruction.op !== 'load' || instruction.access.buffer !== read) return true;
    const { offset, strides, bounds, gather } = instruction.access;
    return (
      !bounds &&
      !gather &&
      offset === store.offset &&
      strides.every((stride, axis) => stride === store.strides[axis])
    );
  });
}

/**
 * Whether a pass over the row after the one that stores still reads the buffer. Values per row are read before
 * they are stored, whichever pass they are for.
 */
function readsLater(kernel: LoopKernel, read: number, store: Store): boolean {
  if (!kernel.reduces || store.strides.at(-1) === 0) return false;
  const passes: number[] = [];
  const isFromBuffer: boolean[] = [];
  let last = 0;
  for (const instruction of kernel.instructions) {
    const operands = operandsOf(instruction);
    const pass = Math.max(0, ...operands.map((position) => passes[position]!));
    const uses = operands.some((position) => isFromBuffer[position]);
    const reduces = instruction.op === 'reduce';
    if (reduces && uses) last = Math.max(last, pass);
    passes.push(reduces ? pass + 1 : pass);
    const loads = instruction.op === 'load' && instruction.access.buffer === read;
    isFromBuffer.push(loads || (uses && !reduces));
  }
  for (const { value } of kernel.stores) {
    if (isFromBuffer[value]) last = Math.max(last, passes[value]!);
  }
  return last > passes[store.value]!;
}
