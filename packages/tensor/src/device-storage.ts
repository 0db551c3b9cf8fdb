import type { BackendBuffer } from './backend/interface.ts';
import type { DeviceTag, Storage } from './graph.ts';

/** A backend's buffer as the graph refers to it; the buffer is released with it. */
export class DeviceStorage implements Storage {
  readonly bytes: number;
  holders = 0;
  /** Whether the buffer was given back. */
  released = false;
  /** The last run that writes here; undefined for uploads. */
  writer: Run | undefined;

  constructor(
    readonly device: DeviceTag,
    readonly buffer: BackendBuffer,
  ) {
    this.bytes = buffer.bytes;
  }
}

/** A run that was submitted. What it writes must not be read if it, or a run that it builds on, fails. */
export class Run {
  /** Settles with the device, or rejects with the first error. */
  readonly done: Promise<void>;
  /** Whether `done` has resolved. */
  succeeded = false;

  constructor(own: Promise<void>, inputs: Iterable<DeviceStorage>) {
    const before = new Set<Run>();
    for (const { writer } of inputs) if (writer && !writer.succeeded) before.add(writer);
    const all = [...before].map(({ done }) => done);
    this.done = all.length === 0 ? own : Promise.all([...all, own]).then(() => {});
    this.done.then(
      () => {
        this.succeeded = true;
      },
      () => {}, // reported to whoever awaits it, and by every read of what it wrote
    );
  }
}
