import { realizeNodes } from './runtime.ts';
import { tensorsOf } from './tree.ts';

/** Computes all tensors of the arguments (alone, in arrays, in objects) together, and pending assigns with them. */
export function realize(...tensors: readonly unknown[]): Promise<void> {
  return realizeNodes(tensorsOf(tensors).map(({ node }) => node));
}
