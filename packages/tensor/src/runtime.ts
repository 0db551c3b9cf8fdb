/**
 * Where a graph meets a device: realizing and reading values.
 *
 * @module
 */
import { type Device, getDevice, hasSeveralDevices, readyDevice } from './device.ts';
import { Disposed, noteRealized } from './disposal.ts';
import { storedBytes } from './dtype.ts';
import type { DeviceTag, Node } from './graph.ts';
import { sizeOf } from './shape.ts';
import { activeTrace, refuseInScan } from './trace.ts';

/** Nodes that are to be computed with whatever is next: new versions of variables, sums that run on. */
interface PendingValues {
  /** The nodes, called once per submission; it may name nodes that have values. */
  nodes(): Node[];
}

const pending: PendingValues[] = [];

/** Registers a source of nodes that every `realize` computes along. @internal */
export function registerPending(source: PendingValues): void {
  pending.push(source);
}

/**
 * Computes nodes, and with them the pending assigns of variables. Resolves when the values are there.
 *
 * @throws Error inside a compiled function.
 */
export function realizeNodes(nodes: readonly Node[]): Promise<void> {
  refuseInTrace('realize');
  return compute(nodes, true);
}

/** As `realizeNodes`, and resolves when the work is submitted; failures are reported by the next read. */
export function prepareNodes(nodes: readonly Node[]): Promise<void> {
  return compute(nodes, false);
}

async function compute(nodes: readonly Node[], wait: boolean): Promise<void> {
  if (nodes.every(({ storage }) => storage) && !wait) return;
  const roots = unrealized([...nodes, ...pending.flatMap((source) => source.nodes())]);
  if (roots.length === 0) return;
  const fallback = roots.some(({ device }) => !device) ? await getDevice() : undefined;
  const groups = byDevice(unrealized(roots), fallback);
  for (const [device, list] of groups) {
    const { done } = await withRoom(device, () => submitTo(device, list));
    if (wait) await done;
    await device.relieve(false);
  }
}

/** Submits nodes at once; false if it is not known yet on which device. @internal */
export function submitNodes(nodes: readonly Node[]): boolean {
  const fallback = readyDevice();
  const roots = unrealized(nodes);
  if (!fallback && roots.some(({ device }) => !device)) return false;
  for (const [device, list] of byDevice(roots, fallback)) submitTo(device, list);
  return true;
}

/**
 * Does something that allocates. If the memory does not suffice, dead tensors are freed, and it is done again.
 *
 * @throws what the second try throws.
 */
export function withRoom<T>(device: Device, action: () => T): T | Promise<T> {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'OutOfMemoryError') throw error;
    return device.relieve(true)!.then(action);
  }
}

/** The stored bytes of a node, computed if need be. */
export function readNode(node: Node): Promise<Uint8Array> {
  refuseInTrace('data');
  if (!node.storage && node.op.name === 'data') {
    return Promise.resolve((node.attributes as { bytes: Uint8Array }).bytes.slice());
  }
  return readStored(node);
}

async function readStored(node: Node): Promise<Uint8Array> {
  if (!node.storage) await realizeNodes([node]);
  if (node.storage instanceof Disposed) throw new Error(disposedMessage('data'));
  const { device } = node.storage!;
  return (device as Device).read(node.storage!, storedBytes(node.dtype, sizeOf(node.shape)));
}

/** Throws inside a compiled function, at the call that has no place there. */
export function refuseInTrace(operation: string): void {
  refuseInScan(operation, 'return the tensor and read it outside, or choose with where()');
  if (activeTrace()) {
    throw new Error(
      `${operation}: a compiled function has no values while it is traced; return the tensor and read it outside, or choose on the device with where()`,
    );
  }
}

/** What using a disposed tensor says. */
export function disposedMessage(operation: string): string {
  return `${operation}: the tensor was disposed; dispose of it after the last use, or compute it again`;
}

function submitTo(device: Device, list: readonly Node[]): { done: Promise<void> } {
  const done = device.realize(list);
  done.catch(() => {}); // reported to whoever awaits it, and by every read of what it should have written
  noteRealized(list);
  return { done };
}

function unrealized(nodes: readonly Node[]): Node[] {
  return nodes.filter((node) => !node.storage);
}

function byDevice(nodes: readonly Node[], fallback: Device | undefined): Map<Device, Node[]> {
  const groups = new Map<Device, Node[]>();
  for (const node of nodes) {
    const device = node.device ?? (hasSeveralDevices() ? placeOf(node) : undefined) ?? fallback!;
    groups.set(device as Device, [...(groups.get(device as Device) ?? []), node]);
  }
  return groups;
}

/**
 * Where the values lie that a node is computed from. It may not know: they lay nowhere when it was made, and were
 * computed since, for another tensor.
 */
function placeOf(root: Node): DeviceTag | undefined {
  const seen = new Set<Node>();
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.device) return node.device;
    for (const input of node.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      open.push(input);
    }
  }
  return undefined;
}
