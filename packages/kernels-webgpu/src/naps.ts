/**
 * Lets Node sleep while it waits for a device that computes on the CPU.
 *
 * Dawn in Node asks for events in every turn of the event loop, so a process that awaits anything of a device
 * keeps a core busy by asking. Beside a GPU that is a waste; a software adapter computes on that very core, and
 * takes up to twice as long. So the thread sleeps for a part of a millisecond in each turn in which nothing else
 * happened; timers, servers and signals are served between the naps.
 *
 * @module
 */
/** The longest nap: what a timer or a request may wait for. */
const longestNap = 0.5;
/** A nap is this share of the time waited so far: it makes no wait much longer than it would be. */
const share = 1 / 8;
/** Sleeping takes this long at least. */
const shortestNap = 0.05;
/** A turn that takes longer did something besides asking for events. */
const emptyTurn = 0.3;

/**
 * @param isBusy whether a device still has to answer; asked in each turn of the event loop, until it has not
 * @returns what to call when the device has got something to do
 */
export function napsWhile(isBusy: () => boolean): () => void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let began = 0;
  let woke = 0;
  let isTurning = false;
  const turn = () => {
    isTurning = isBusy();
    if (!isTurning) return;
    const now = performance.now();
    const nap = Math.min(longestNap, (now - began) * share);
    if (nap >= shortestNap && now - woke < emptyTurn) Atomics.wait(cell, 0, 0, nap);
    woke = performance.now();
    setImmediate(turn);
  };
  return () => {
    began = woke = performance.now();
    if (isTurning) return;
    isTurning = true;
    setImmediate(turn);
  };
}
