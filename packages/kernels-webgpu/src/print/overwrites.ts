import type { Kernel } from '@llm/tensor/backend';
import { coarseOverwrites } from '../kernels/coarse.ts';
import { analyze } from './analysis.ts';
import { isElementStore } from './row-schedule.ts';

/**
 * Whether the shaders of a kernel keep to reading each element of a buffer before they write it, if the kernel does:
 * then the buffer that it reads and the one that it writes can be one, and an update takes no copy.
 *
 * A product's epilogue loads and stores an element in one invocation, once. A row is stored in the last pass over
 * it, each element by the invocation that loads it in this pass; the passes before end in barriers. What is stored
 * per row is stored by one invocation, which others that still need the old value do not wait for: so it may not lie
 * in place beside stores of elements. Templates of coarse operations
 * tell for themselves.
 */
export function overwrites(kernel: Kernel, read: number): boolean {
  if (kernel.kind === 'coarse') return coarseOverwrites(kernel, read);
  if (kernel.kind !== 'loop') return kernel.kind === 'matmul';
  if (!kernel.reduces) return true;
  const { isElement } = analyze(kernel);
  const perElement = kernel.stores.filter((store) => isElementStore(store, isElement));
  return perElement.length === 0 || perElement.length === kernel.stores.length;
}
