/** Words of a cache line. Every word that threads fight over has a line of its own. */
const LINE = 16;

/**
 * The control block at the start of shared memory, as indices of an Int32Array. `claimed` and `completed`
 * count tickets for ever, modulo 2³².
 */
export const CONTROL = {
  /** Tickets that have been drawn. */
  claimed: 0,
  /** Tickets whose work is done. */
  completed: LINE,
  /** Threads that sleep until more is done. */
  sleeping: 2 * LINE,
  /** Changes whenever sleepers should look again. */
  news: 3 * LINE,
  /** The last run in which a kernel trapped. */
  failed: 4 * LINE,
  /**
   * A line for each thread: whether it draws tickets, and if so, a number such that it holds no ticket before
   * that one.
   */
  threads: 5 * LINE,
} as const;

/** Bytes of the control block. */
export const controlBytes = (threads: number) => 4 * (CONTROL.threads + threads * LINE);

/** Words that describe an instruction in a `program` message. */
export const INSTRUCTION_WORDS = 6;

/** What a worker is told. Messages are handled in order; `transfer` is never needed. */
export type ToWorker =
  | {
      type: 'start';
      thread: number;
      threads: number;
      /** Shared memory; absent: the worker makes an unshared one of its own. */
      memory?: WebAssembly.Memory;
      initialPages: number;
      maximumPages: number;
    }
  | {
      type: 'program';
      id: number;
      kernels: { key: string; bytes?: Uint8Array; chunks: number }[];
      /**
       * For each instruction: index of the kernel, address of its argument table, and its `Tickets` (grain,
       * first, end, after).
       */
      instructions: Uint32Array;
      /** Tickets in all. */
      tickets: number;
    }
  | { type: 'drop'; id: number; keys: string[] }
  /** `base` is the number of tickets of everything submitted before. */
  | { type: 'run'; id: number; run: number; base: number; profile: boolean }
  /** One ticket; for thread 0 alone. */
  | { type: 'write'; base: number; writes: MemoryWrite[] }
  /** One ticket; for thread 0 alone. */
  | { type: 'read'; base: number; read: number; address: number; bytes: number }
  | { type: 'grow'; pages: number };

/** Bytes to put somewhere. */
export interface MemoryWrite {
  /** Byte address. */
  readonly address: number;
  /** What to put there. */
  readonly data: Uint8Array;
}

/** What a worker tells. */
export type FromWorker =
  /** All of a run is done; told by the thread that did the last of it. */
  | { type: 'done'; run: number; failed: boolean }
  /** A kernel trapped. */
  | { type: 'failed'; run: number; kernel: string; reason: string }
  /** Milliseconds this thread spent in each instruction of a profiled run, waiting left out. */
  | { type: 'times'; run: number; times: Float64Array }
  | { type: 'data'; read: number; data: Uint8Array }
  | { type: 'broken'; reason: string };

/**
 * The worker, as one self-contained script: bundlers need not know of it. Plain JavaScript, for a
 * Web Worker and for `node:worker_threads` alike.
 *
 * Everything submitted (runs, writes, reads) is divided into tickets, numbered in order. Threads draw
 * the tickets of a run one by one; work on a ticket begins once every ticket that its instruction waits for
 * is done. So no thread ever waits for one that has not come yet: the first to get the message starts, the
 * others find what is left; and none waits at the end of an instruction, if the next does not depend on it.
 * A system may queue a woken thread behind one that is at work and leave it there for milliseconds, though a
 * processor idles: the first of them naps once, so that both are placed anew.
 * Waiting spins for about as long as waking a thread takes, then sleeps. After a kernel has trapped, the
 * rest of its run is drawn but not worked on.
 */
export const workerSource = /* js */ `'use strict';
const inNode = typeof require === 'function';
const port = inNode ? require('node:worker_threads').parentPort : self;
const now = () => performance.now();
const SPIN_MILLISECONDS = 0.1;
const LATE_MILLISECONDS = 0.3;
const NAP_MILLISECONDS = 0.05;
const CLAIMED = ${CONTROL.claimed}, COMPLETED = ${CONTROL.completed};
const SLEEPING = ${CONTROL.sleeping}, NEWS = ${CONTROL.news}, FAILED = ${CONTROL.failed};
const THREADS = ${CONTROL.threads}, LINE = ${LINE};
let memory, control, own, end;
const instances = new Map();
const programs = new Map();

// Counters wrap around: they are compared by their difference modulo 2^32.
const isBefore = (a, b) => ((a - b) | 0) < 0;

// Whether every ticket before this one is done, if they have all been drawn: nobody holds one of them.
function isDone(ticket) {
  for (let line = THREADS; line < end; line += LINE) {
    if (line === own || Atomics.load(control, line) === 0) continue;
    if (isBefore(Atomics.load(control, line + 1), ticket)) return false;
  }
  return true;
}

// Whether as many tickets are done as were submitted before this one.
const isCounted = (ticket) => !isBefore(Atomics.load(control, COMPLETED), ticket);

function waitFor(test, ticket) {
  if (test(ticket)) return;
  const deadline = now() + SPIN_MILLISECONDS;
  do {
    for (let turn = 0; turn < 64; turn++) if (test(ticket)) return;
  } while (now() < deadline);
  Atomics.add(control, SLEEPING, 1);
  for (;;) {
    const news = Atomics.load(control, NEWS);
    if (test(ticket)) break;
    Atomics.wait(control, NEWS, news);
  }
  Atomics.sub(control, SLEEPING, 1);
}

// To be called after every change that someone may wait for. Waking costs a system call, so only if someone
// sleeps; one about to sleep has counted itself before it looked for the last time.
function wake() {
  if (Atomics.load(control, SLEEPING) === 0) return;
  Atomics.add(control, NEWS, 1);
  Atomics.notify(control, NEWS);
}

// From here on this thread may hold tickets, though none that has been drawn by now.
function enter() {
  Atomics.store(control, own + 1, Atomics.load(control, CLAIMED));
  Atomics.store(control, own, 1);
}

// Whether all other threads have come to draw tickets.
function allHere() {
  for (let line = THREADS; line < end; line += LINE) {
    if (line !== own && Atomics.load(control, line) === 0) return false;
  }
  return true;
}

function leave() {
  Atomics.store(control, own, 0);
  wake();
}

// Draws a run's next ticket; -1 where none is left.
function claim(base, tickets) {
  let next = Atomics.load(control, CLAIMED);
  for (;;) {
    const ticket = (next - base) | 0;
    if (ticket >= tickets) return -1;
    const seen = Atomics.compareExchange(control, CLAIMED, next, (next + 1) | 0);
    if (seen === next) {
      Atomics.store(control, own + 1, next);
      wake();
      return ticket;
    }
    next = seen;
  }
}

// Counts a ticket as done; how many are by now. To be called before anyone may go on for it, by handIn or leave:
// then all of a run is counted before the next one begins, and the last to count sees that it is the last.
const count = () => (Atomics.add(control, COMPLETED, 1) + 1) | 0;

// Lets those go on who wait for a ticket.
function handIn(ticket) {
  Atomics.store(control, own + 1, (ticket + 1) | 0);
  wake();
}

// A write or a read: one ticket, of thread 0 alone.
function alone(base, work) {
  waitFor(isCounted, base);
  enter();
  Atomics.add(control, CLAIMED, 1);
  try {
    work();
  } finally {
    count();
    leave();
  }
}

// The memory's bytes, at least up to an address. A worker may not have heard yet that another thread has grown
// the memory; growing by nothing makes it look.
function bytesUpTo(limit) {
  if (memory.buffer.byteLength < limit) memory.grow(0);
  const { buffer } = memory;
  if (buffer.byteLength < limit) throw new Error('address ' + limit + ' of ' + buffer.byteLength + ' bytes');
  return new Uint8Array(buffer);
}

const handlers = {
  start(message) {
    own = THREADS + message.thread * LINE;
    end = THREADS + message.threads * LINE;
    memory = message.memory || new WebAssembly.Memory({ initial: message.initialPages, maximum: message.maximumPages });
    control = message.memory ? new Int32Array(memory.buffer, 0, end) : new Int32Array(end);
  },
  program({ id, kernels, instructions: words, tickets }) {
    for (const { key, bytes } of kernels) {
      if (!bytes) continue;
      try {
        const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } });
        instances.set(key, instance.exports.run);
      } catch (error) {
        // Reported when it is run, as a failure of that kernel.
        instances.set(key, () => { throw error; });
      }
    }
    const instructions = [];
    for (let at = 0; at < words.length; at += ${INSTRUCTION_WORDS}) {
      const { key, chunks } = kernels[words[at]];
      const [args, grain, first, end, after] = words.subarray(at + 1, at + ${INSTRUCTION_WORDS});
      instructions.push({ key, run: instances.get(key), chunks, args, grain, first, end, after });
    }
    programs.set(id, { instructions, tickets });
  },
  drop(message) {
    programs.delete(message.id);
    for (const key of message.keys) instances.delete(key);
  },
  run({ id, run: number, base, profile }) {
    const { instructions, tickets } = programs.get(id);
    const times = profile ? new Float64Array(instructions.length) : undefined;
    // A write or a read before it that thread 0 has yet to draw.
    if (isBefore(Atomics.load(control, CLAIMED), base)) waitFor(isCounted, base);
    enter();
    const came = now();
    let giveWay = own + LINE < end || own > THREADS;
    let position = 0, ticket;
    while ((ticket = claim(base, tickets)) >= 0) {
      while (ticket >= instructions[position].end) position++;
      const { key, run, args, chunks, grain, first, after } = instructions[position];
      waitFor(isDone, (base + after) | 0);
      if (Atomics.load(control, FAILED) !== number) {
        const begin = (ticket - first) * grain;
        const start = times ? now() : 0;
        try {
          run(args, begin, Math.min(chunks, begin + grain));
        } catch (error) {
          Atomics.store(control, FAILED, number);
          port.postMessage({ type: 'failed', run: number, kernel: key, reason: String(error && error.message || error) });
        }
        if (times) times[position] += now() - start;
      }
      const isLast = count() === ((base + tickets) | 0);
      // To be looked at while the next run cannot fail yet.
      const failed = Atomics.load(control, FAILED) === number;
      handIn((base + ticket) | 0);
      if (isLast) {
        port.postMessage({ type: 'done', run: number, failed });
      } else if (giveWay && now() - came > LATE_MILLISECONDS) {
        // The word is never written: this is a nap.
        if (!allHere()) Atomics.wait(control, own + 2, 0, NAP_MILLISECONDS);
        giveWay = false;
      }
    }
    leave();
    if (times) port.postMessage({ type: 'times', run: number, times });
  },
  write({ base, writes }) {
    alone(base, () => {
      for (const { address, data } of writes) bytesUpTo(address + data.length).set(data, address);
    });
  },
  read({ base, read, address, bytes }) {
    alone(base, () => {
      const data = bytesUpTo(address + bytes).slice(address, address + bytes);
      port.postMessage({ type: 'data', read, data }, [data.buffer]);
    });
  },
  grow({ pages }) {
    const missing = pages - memory.buffer.byteLength / 65536;
    if (missing > 0) memory.grow(missing);
  },
};

function handle(message) {
  try {
    handlers[message.type](message);
  } catch (error) {
    port.postMessage({ type: 'broken', reason: message.type + ': ' + (error && error.message || error) });
  }
}
if (inNode) port.on('message', handle);
else port.onmessage = (event) => handle(event.data);
`;
