import type { DeviceLostError } from './errors.ts';

/** What was asked of a device and is not done yet: it rejects when the device is lost. */
export class InFlight {
  readonly #rejections = new Set<(error: Error) => void>();
  #lost: DeviceLostError | undefined;
  /** Called when something is awaited and nothing was. */
  onBusy: (() => void) | undefined;

  /** @param lost resolves when the device is gone */
  constructor(lost: Promise<DeviceLostError>) {
    void lost.then((error) => this.lose(error));
  }

  /** Rejects all that is awaited, and whatever comes later, with the first error that it is called with. */
  lose(error: DeviceLostError): void {
    this.#lost ??= error;
    for (const reject of this.#rejections) reject(this.#lost);
  }

  /** How the device was lost; undefined while it is there. */
  get lost(): DeviceLostError | undefined {
    return this.#lost;
  }

  /** Whether anything is awaited. */
  get isBusy(): boolean {
    return this.#rejections.size > 0;
  }

  /** @throws DeviceLostError if the device is lost */
  refuseLost(): void {
    if (this.#lost) throw this.#lost;
  }

  /** Rejects with the loss of the device, if that comes first. */
  track<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#rejections.add(reject);
      if (this.#rejections.size === 1) this.onBusy?.();
      work
        .then(resolve, (error) => reject(this.#lost ?? error))
        .finally(() => this.#rejections.delete(reject));
    });
  }
}

/** Work whose buffers are known to be there and the device's own only after `known`, whose error says more. */
export function after<T>(known: Promise<unknown> | undefined, work: Promise<T>): Promise<T> {
  if (!known) return work;
  work.catch(() => {});
  return known.then(() => work);
}
