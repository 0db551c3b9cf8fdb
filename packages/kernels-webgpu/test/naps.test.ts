import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InFlight } from '../src/in-flight.ts';
import { napsWhile } from '../src/naps.ts';

const wait = vi.spyOn(Atomics, 'wait');
afterEach(() => wait.mockClear());

/** Turns the event loop for some milliseconds. */
async function turn(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
}

describe('naps', () => {
  it('are taken while something is awaited, of half a millisecond at most, and timers are served between them', async () => {
    let isBusy = true;
    napsWhile(() => isBusy)();
    await sleep(20);
    isBusy = false;
    await turn(1);
    expect(wait.mock.calls.length).toBeGreaterThan(0);
    for (const [, , , nap] of wait.mock.calls) expect(nap).toBeLessThanOrEqual(0.5);
    wait.mockClear();
    await turn(5);
    expect(wait).not.toHaveBeenCalled();
  });

  it('are not taken beside other work', async () => {
    let isBusy = true;
    napsWhile(() => isBusy)();
    for (let i = 0; i < 10; i++) {
      const end = performance.now() + 1;
      while (performance.now() < end);
      await new Promise((resolve) => setImmediate(resolve));
    }
    isBusy = false;
    await turn(1);
    expect(wait).not.toHaveBeenCalled();
  });

  it('begin with the first of the tasks in flight, and end with the last', async () => {
    const begun = vi.fn();
    const inFlight = new InFlight(new Promise(() => {}));
    inFlight.onBusy = begun;
    const finish: (() => void)[] = [];
    const task = () => new Promise<void>((resolve) => finish.push(resolve));
    const tracked = [inFlight.track(task()), inFlight.track(task())];
    expect(begun).toHaveBeenCalledTimes(1);
    finish[0]!();
    await tracked[0];
    expect(inFlight.isBusy).toBe(true);
    finish[1]!();
    await Promise.all(tracked);
    await turn(0.1);
    expect(inFlight.isBusy).toBe(false);
    void inFlight.track(Promise.resolve());
    expect(begun).toHaveBeenCalledTimes(2);
  });
});
