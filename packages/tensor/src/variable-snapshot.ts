/**
 * Values of variables on the host, kept in case their device is lost.
 *
 * @module
 */
import { type Device, getDevice, registeredDevices } from './device.ts';
import { DeviceStorage, type Run } from './device-storage.ts';
import type { DeviceTag, Node, Storage } from './graph.ts';
import { leaf } from './graph.ts';
import { data } from './ops/leaf.ts';
import { prepareNodes, readNode } from './runtime.ts';
import { Tensor } from './tensor.ts';
import { Variable } from './variable.ts';

/** What tells one value of a variable from the next: compiled functions write in place. */
interface Version {
  readonly storage: Storage;
  readonly writer: Run | undefined;
}

/** One variable's value. */
interface Copy {
  readonly node: Node;
  readonly device: DeviceTag;
  readonly version: Version;
  readonly bytes: Promise<Uint8Array>;
}

/**
 * The values that variables have at one moment, copied to the host while later work goes on.
 *
 * @example
 * const snapshot = await VariableSnapshot.take(variables); // go on at once; what follows is not in it
 * await snapshot.complete;
 * …
 * await snapshot.restore(); // after the device was lost, bit for bit
 */
export class VariableSnapshot {
  readonly #copies: ReadonlyMap<Variable, Copy>;
  /** Resolves when everything is on the host; rejects with the first error of what computed it, or of reading it. */
  readonly complete: Promise<void>;

  private constructor(copies: ReadonlyMap<Variable, Copy>) {
    this.#copies = copies;
    this.complete = Promise.all(Array.from(copies.values(), ({ bytes }) => bytes)).then(() => {});
    this.complete.catch(() => {}); // reported to whoever awaits it
  }

  /** Whether some of the variables are, or will be by default, on a device that can be lost. */
  static async areAtRisk(variables: Iterable<Variable>): Promise<boolean> {
    const places = [...variables].map(({ current }) => current.device as Device | undefined);
    if (places.some((device) => device?.canBeLost)) return true;
    return places.includes(undefined) && ((await getDevice()).canBeLost ?? false);
  }

  /**
   * Copies the present values. When the promise resolves the copies are ordered on the device before all that is
   * called afterwards, and nothing was waited for; `complete` tells when they have arrived.
   *
   * @param variables a quantized one counts with the parts that hold its codes
   * @param previous an earlier snapshot: what has not changed since is taken from it, not read again
   */
  static async take(
    variables: Iterable<Variable>,
    previous?: VariableSnapshot,
  ): Promise<VariableSnapshot> {
    const held = new Set([...variables].flatMap(heldBy));
    const missing = [...held].map(({ current }) => current).filter(({ storage }) => !storage);
    if (missing.length > 0) await prepareNodes(missing);
    const known = previous ? previous.#copies : new Map<Variable, Copy>();
    const copies = new Map<Variable, Copy>();
    for (const variable of held) {
      const node = variable.current;
      const { device } = node.storage!;
      const version = versionOf(node.storage!);
      const before = known.get(variable);
      const isSame =
        before?.version.storage === version.storage && before.version.writer === version.writer;
      copies.set(variable, isSame ? before : { node, device, version, bytes: readNode(node) });
    }
    return new VariableSnapshot(copies);
  }

  /**
   * Gives the variables these values again, on the device they were on, or the one that replaces it.
   *
   * @throws what `complete` rejects with
   */
  async restore(): Promise<void> {
    for (const [variable, { node, device, bytes }] of this.#copies) {
      const { shape, dtype } = node;
      const place = await successorOf(device as Device);
      const value = leaf(data, { bytes: await bytes }, { shape, dtype }, { device: place });
      variable.assign(new Tensor(value));
    }
  }
}

/** The variables that hold a variable's numbers: itself, or its codes. */
function heldBy(variable: Variable): Variable[] {
  const { quantized } = variable;
  if (!quantized) return [variable];
  const { codes, scales, offsets } = quantized;
  return [codes, scales, offsets].filter((part) => part instanceof Variable);
}

function versionOf(storage: Storage): Version {
  return { storage, writer: storage instanceof DeviceStorage ? storage.writer : undefined };
}

/** The device itself, or the one that has its name now that it is lost; undefined leaves the choice to the next use. */
async function successorOf(device: Device): Promise<DeviceTag | undefined> {
  if (!device.lost) return device;
  return registeredDevices().includes(device.name) ? getDevice(device.name) : undefined;
}
