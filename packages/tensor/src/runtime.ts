/**
 * Where a graph meets a device: realizing and reading values.
 *
 * @module
 */
import { type Device, getDevice } from './device.ts';
import { storedBytes } from './dtype.ts';
import type { Node } from './graph.ts';
import { sizeOf } from './shape.ts';
import { activeTrace } from './trace.ts';

/** Variables with a version that is not computed yet: their new values are computed with whatever is next. */
export interface PendingValues {
  /** Nodes to compute along. */
  nodes(): Node[];
}

const pending: PendingValues[] = [];

/** Registers a source of nodes that every `realize` computes along. @internal */
export function registerPending(source: PendingValues): void {
  pending.push(source);
}

/** Computes nodes, and with them the pending assigns of variables. */
export async function realizeNodes(nodes: readonly Node[]): Promise<void> {
  refuseInTrace('realize');
  const roots = [...nodes, ...pending.flatMap((source) => source.nodes())].filter(
    (node) => !node.storage,
  );
  if (roots.length === 0) return;
  const groups = new Map<Device, Node[]>();
  const fallback = roots.some(({ device }) => !device) ? await getDevice() : undefined;
  for (const root of roots) {
    const device = (root.device as Device | undefined) ?? fallback!;
    groups.set(device, [...(groups.get(device) ?? []), root]);
  }
  await Promise.all([...groups].map(([device, list]) => device.realize(list)));
}

/** The stored bytes of a node, computed if need be. */
export async function readNode(node: Node): Promise<Uint8Array> {
  refuseInTrace('data');
  if (!node.storage && node.op.name === 'data') {
    return (node.attributes as { bytes: Uint8Array }).bytes.slice();
  }
  if (!node.storage) await realizeNodes([node]);
  const { device } = node.storage!;
  return (device as Device).read(node.storage!, storedBytes(node.dtype, sizeOf(node.shape)));
}

function refuseInTrace(operation: string): void {
  if (activeTrace()) {
    throw new Error(
      `${operation}: a compiled function has no values while it is traced; return the tensor and read it outside, or choose on the device with where()`,
    );
  }
}
