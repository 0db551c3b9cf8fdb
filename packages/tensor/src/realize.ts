import { realizeNodes } from './runtime.ts';
import { tensorsOf } from './tree.ts';

/** Computes all tensors of the arguments (alone, in arrays, in objects) together, and pending assigns with them. */
export async function realize(...tensors: readonly unknown[]): Promise<void> {
  await realizeNodes(tensorsOf(tensors).map(({ node }) => node));
}
