/**
 * Freeing values before the garbage collector would.
 *
 * @module
 */
import type { Device } from './device.ts';
import type { DeviceTag, Node, Storage } from './graph.ts';

/** The place of a value that was freed and that nothing can compute again. */
export class Disposed implements Storage {
  readonly bytes = 0;
  holders = 0;

  constructor(readonly device: DeviceTag) {}
}

/**
 * Frees a node's value. Its memory goes back unless another node shares it. A node that kept its inputs for
 * gradients can be computed again by whoever still needs it; any other is an error to use from now on.
 */
export function disposeNode(node: Node): void {
  const { storage } = node;
  if (!storage || storage instanceof Disposed) return;
  node.storage = node.inputs.length > 0 ? undefined : new Disposed(storage.device);
  storage.holders--;
  if (storage.holders === 0) (storage.device as Device).free(storage);
}

let recorded: Set<WeakRef<Node>> | undefined;

/** Notes that a node was given its value, for a scope that may be running. @internal */
export function noteRealized(nodes: readonly Node[]): void {
  if (recorded) for (const node of nodes) recorded.add(new WeakRef(node));
}

/** Runs `body`; tells how it ended, and which nodes got values meanwhile. @internal */
export async function recordRealized<T>(
  body: () => Promise<T>,
): Promise<{ outcome: { value: T } | { error: unknown }; realized: Node[] }> {
  const outer = recorded;
  const own = new Set<WeakRef<Node>>();
  recorded = own;
  const outcome = await body().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  recorded = outer;
  for (const reference of own) outer?.add(reference);
  return { outcome, realized: [...own].flatMap((reference) => reference.deref() ?? []) };
}
