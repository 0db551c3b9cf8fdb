/**
 * Devices: where graphs are computed, and which one is used by default.
 *
 * @module
 */
import type { DeviceTag, Node, Storage } from './graph.ts';
import type { Graph } from './plan/lowered.ts';
import type { KernelProfile } from './profile.ts';

/** A graph made ready to run again and again. */
export interface CompiledGraph {
  /**
   * Runs with the given values and returns the outputs' storage at once; `done` settles when the device is.
   * Variables are overwritten in place.
   */
  run(values: GraphValues): { outputs: Storage[]; done: Promise<void> };
  /** As `run`, and tells what each kernel took. */
  profile(values: GraphValues): { outputs: Storage[]; kernels: Promise<KernelProfile[]> };
  /** What will run, as text. */
  explain(): string;
  /** Bytes that a run takes beside its leaves. */
  memory(): PlanMemory;
  /** Frees what the plan holds on the device. */
  dispose(): void;
}

/** Bytes on the device that a compiled call takes beside its arguments and variables. */
export interface PlanMemory {
  /** Of values that are gone when it returns, which share one arena. */
  readonly temporaries: number;
  /** Of its results. */
  readonly outputs: number;
}

/** What a compiled graph needs at each run. */
export interface GraphValues {
  /** Storage of a leaf: an argument, a variable, a constant. */
  storage(leaf: Node): Storage;
  /** Value of a host scalar. */
  scalar(leaf: Node): number;
}

/** Something that computes graphs. Work is submitted in call order. */
export interface Device extends DeviceTag {
  /** The error of a device that is gone with all values on it. The next use of its name makes a new one. */
  readonly lost?: Error | undefined;
  /** Whether it can be lost at all, as a GPU can. Default false. */
  readonly canBeLost?: boolean;
  /**
   * Gives every node its storage at once; the promise settles when the values are there.
   *
   * @throws Error named `OutOfMemoryError` if the memory does not suffice; nothing has changed then.
   */
  realize(nodes: readonly Node[]): Promise<void>;
  /** The stored bytes of a realized node. */
  read(storage: Storage, bytes: number): Promise<Uint8Array>;
  /** Storage that holds these bytes. */
  upload(bytes: Uint8Array, label: string): Storage;
  /** A copy of a storage. */
  copy(storage: Storage): Storage;
  /** Plans a graph once, to be run many times. */
  compile(graph: Graph): CompiledGraph;
  /** Frees a storage before the garbage collector would. */
  free(storage: Storage): void;
  /**
   * Looks for dead tensors if enough was allocated since the last time (or always, with `force`), and frees
   * them; undefined if it is not time.
   */
  relieve(force: boolean): Promise<void> | undefined;
}

/** Makes a device when it is first needed. */
export type DeviceFactory = () => Promise<Device>;

const factories = new Map<string, DeviceFactory>();
const devices = new Map<string, Promise<Device>>();
const ready = new Map<string, Device>();
let defaultName: string | undefined;

/** Makes a device available under a name. The first one registered is the default. */
export function registerDevice(name: string, factory: DeviceFactory): void {
  factories.set(name, factory);
  devices.delete(name);
  ready.delete(name);
  defaultName ??= name;
}

/** Names of the devices that can be used. */
export function registeredDevices(): string[] {
  return [...factories.keys()];
}

/** Chooses the device for tensors that are not on one yet. */
export function setDefaultDevice(name: string): void {
  if (!factories.has(name)) throw new Error(unknownDevice(name));
  defaultName = name;
}

/** The device of that name, or the default one; made on first use, and anew after it was lost. */
export function getDevice(name: string | undefined = defaultName): Promise<Device> {
  if (name === undefined) {
    throw new Error(
      "no device: import '@llm/nn', or register one with registerDevice(name, factory)",
    );
  }
  const factory = factories.get(name);
  if (!factory) throw new Error(unknownDevice(name));
  if (ready.get(name)?.lost) {
    devices.delete(name);
    ready.delete(name);
  }
  let device = devices.get(name);
  if (!device) {
    device = factory().then((made) => {
      ready.set(name, made);
      return made;
    });
    device.catch(() => devices.delete(name)); // the next use tries again
    devices.set(name, device);
  }
  return device;
}

/** The default device if it was made already. @internal */
export function readyDevice(): Device | undefined {
  const device = defaultName === undefined ? undefined : ready.get(defaultName);
  return device?.lost ? undefined : device;
}

/** Whether values may lie on more than one device. @internal */
export function hasSeveralDevices(): boolean {
  return ready.size > 1;
}

function unknownDevice(name: string): string {
  return `unknown device '${name}': there are ${registeredDevices().join(', ') || 'none'}`;
}
