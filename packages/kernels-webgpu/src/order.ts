/**
 * Runs tasks in the order of the calls: at once while nothing waits, else after what waits. Shaders compile
 * asynchronously, so a run may wait; a write or a read that is called after it must not overtake it.
 */
export class Order {
  #tail: Promise<void> | undefined;

  /** Whether a task that is called now runs at once. */
  get isIdle(): boolean {
    return this.#tail === undefined;
  }

  /**
   * Runs a task after all earlier ones, and after `ready` if it is given.
   *
   * @returns what the task returns; rejects with what it, or `ready`, throws. Later tasks run nevertheless.
   */
  async run<T>(task: () => T | Promise<T>, ready?: Promise<unknown>): Promise<T> {
    if (!this.#tail && !ready) return task();
    // The task's own promise is not waited for: order is that of submission.
    const started = Promise.all([this.#tail, ready]).then(() => ({ result: task() }));
    const tail = started.then(
      () => {},
      () => {},
    );
    this.#tail = tail;
    void tail.then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    return (await started).result;
  }
}
