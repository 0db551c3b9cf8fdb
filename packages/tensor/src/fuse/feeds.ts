import { sameShape, sizeOf } from '../shape.ts';
import { type Capabilities, type Edge, type Vertex, viewOf } from './vertex.ts';

/**
 * Whether all that reads a vertex are products of few rows, as their left operand, and these may compute it themselves
 * (see `plan/prologue.ts`). Its kernel then had better store nothing else.
 */
export function feedsProducts(
  vertex: Vertex,
  uses: readonly { readonly user: Vertex; readonly input: number; readonly edge: Edge }[],
  capabilities: Pick<Capabilities, 'prologues'> | undefined,
): boolean {
  return uses.every(({ user, input, edge }) => {
    const [left, right] = user.inputs;
    return (
      user.kind === 'matmul' &&
      input === 0 &&
      right!.source !== vertex &&
      viewOf(edge).isIdentity &&
      sameShape(left!.shape.slice(0, -1), user.shape.slice(0, -1)) &&
      sizeOf(right!.shape.slice(0, -2)) === 1 &&
      (capabilities?.prologues?.(sizeOf(user.shape.slice(0, -1)), left!.shape.at(-1)!) ?? false)
    );
  });
}
