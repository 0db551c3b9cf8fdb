/** A signal that Ctrl-C sets, and how to stop listening. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Turns the first Ctrl-C (or SIGTERM) into a signal, so that a run can end after its step and save; a second
 * one ends the process as usual (Node). What arrives within half a second of the first is the same key press: a terminal
 * tells every process of a program, and launchers such as npx and tsx pass on what they were told.
 *
 * @example
 * using interrupt = interruptSignal();
 * await fit({ …, signal: interrupt.signal });
 */
export function interruptSignal(): Interrupt {
  const controller = new AbortController();
  const events = ['SIGINT', 'SIGTERM'] as const;
  const stop = () => {
    for (const event of events) process.off(event, onSignal);
  };
  const onSignal = () => {
    if (controller.signal.aborted) return;
    controller.abort();
    setTimeout(stop, 500).unref();
  };
  for (const event of events) process.on(event, onSignal);
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
