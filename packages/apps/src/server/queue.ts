import { ApiError } from './api-error.ts';

/** Work that is done one piece at a time, in the order of arrival. */
export class Queue {
  readonly #limit: number;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  /** @param limit how many pieces may wait */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Waits for its turn.
   *
   * @param signal gives the place up. @returns what is called when the work is done
   * @throws ApiError if too many wait already
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#waiting >= this.#limit) {
      throw new ApiError(429, `${this.#waiting} requests are waiting already; try again later`);
    }
    this.#waiting++;
    const before = this.#last;
    let leave!: () => void;
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    this.#waiting--;
    if (signal.aborted) {
      leave();
      throw signal.reason;
    }
    return leave;
  }
}
