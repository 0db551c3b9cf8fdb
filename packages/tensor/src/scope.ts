import { ownerOf } from './backward.ts';
import { disposeNode, recordRealized } from './disposal.ts';
import type { Node } from './graph.ts';
import { hostScalar } from './ops/leaf.ts';
import { realizeNodes } from './runtime.ts';
import { tensorsOf } from './tree.ts';

/**
 * Runs `body` and then frees at once every value that was computed in it, but for what it returns (tensors,
 * alone or in arrays and plain objects, which are computed first) and the values of variables. Scopes may be
 * nested; two must not run side by side.
 *
 * @example const accuracy = await scope(async () => (await evaluate(model)).accuracy);
 */
export async function scope<T>(body: () => T | Promise<T>): Promise<T> {
  const first = hostScalar(0, 'f32').id;
  const kept = new Set<Node>();
  const free = (realized: readonly Node[]) => {
    for (const node of realized) {
      const isCurrent = ownerOf(node)?.current === node;
      if (node.id > first && !kept.has(node) && !isCurrent) disposeNode(node);
    }
  };
  const { outcome, realized } = await recordRealized(async () => {
    const result = await body();
    const nodes = tensorsOf(result).map(({ node }) => node);
    for (const node of nodes) kept.add(node);
    await realizeNodes(nodes);
    return result;
  });
  free(realized);
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
