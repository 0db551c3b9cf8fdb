import type { DeviceLostError } from './errors.ts';

/** What was asked of a device and is not done yet: it rejects when the device is lost. */
export class InFlight {
  readonly #rejections = new Set<(error: Error) => void>();
  #lost: DeviceLostError | undefined;
  /** Called when something is awaited and nothing was. */
  onBusy: (() => void) | undefined;

  /** @param lost resolves when the device is gone */
  constructor(lost: Promise<DeviceLostError>) {
    void lost.then((error) => {
      this.#lost = error;
      for (const reject of this.#rejections) reject(error);
    });
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
