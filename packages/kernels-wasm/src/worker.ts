/**
 * Words of the control block at the start of shared memory, as indices of an Int32Array. `claimed` and
 * `completed` count tickets for ever, modulo 2³².
 */
export const CONTROL = {
  /** Tickets that have been drawn. */
  claimed: 0,
  /** Tickets whose work is done. */
  completed: 16,
  /** Threads that sleep until more is done. */
  sleeping: 32,
  /** The last run in which a kernel trapped. */
  failed: 48,
} as const;

/** Bytes of the control block: one cache line a word, since threads fight over each. */
export const CONTROL_BYTES = 1024;

/** Words that describe an instruction in a `program` message. */
export const INSTRUCTION_WORDS = 7;

/** What a worker is told. Messages are handled in order; `transfer` is never needed. */
export type ToWorker =
  | {
      type: 'start';
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
       * first, end, waveFirst, waveEnd).
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
 * the tickets of a run one by one; a ticket's work begins once every ticket before its wave is done. So no
 * thread ever waits for one that has not come yet: the first to get the message starts, the others find
 * what is left. Waiting spins for 20 µs, then sleeps. After a kernel has trapped the rest of its run is
 * drawn, but not done.
 */
export const workerSource = /* js */ `'use strict';
const inNode = typeof require === 'function';
const port = inNode ? require('node:worker_threads').parentPort : self;
const now = () => performance.now();
const SPIN_MILLISECONDS = 0.02;
const CLAIMED = ${CONTROL.claimed}, COMPLETED = ${CONTROL.completed};
const SLEEPING = ${CONTROL.sleeping}, FAILED = ${CONTROL.failed};
let memory, control;
const instances = new Map();
const programs = new Map();

// Counters wrap around: differences are taken modulo 2^32.
const completedBy = (target) => ((Atomics.load(control, COMPLETED) - target) | 0) >= 0;

function waitFor(target) {
  if (completedBy(target)) return;
  const deadline = now() + SPIN_MILLISECONDS;
  do {
    for (let turn = 0; turn < 64; turn++) if (completedBy(target)) return;
  } while (now() < deadline);
  Atomics.add(control, SLEEPING, 1);
  for (;;) {
    const completed = Atomics.load(control, COMPLETED);
    if (((completed - target) | 0) >= 0) break;
    Atomics.wait(control, COMPLETED, completed);
  }
  Atomics.sub(control, SLEEPING, 1);
}

// Draws a run's next ticket; -1 where none is left.
function claim(base, tickets) {
  let next = Atomics.load(control, CLAIMED);
  for (;;) {
    const ticket = (next - base) | 0;
    if (ticket >= tickets) return -1;
    const seen = Atomics.compareExchange(control, CLAIMED, next, (next + 1) | 0);
    if (seen === next) return ticket;
    next = seen;
  }
}

// Tells how many tickets are done, and wakes who sleeps if those before \`end\` are.
function complete(end) {
  const completed = (Atomics.add(control, COMPLETED, 1) + 1) | 0;
  // Waking costs a system call, so only if someone sleeps. One about to sleep sees the new value.
  if (completed === end && Atomics.load(control, SLEEPING) > 0) Atomics.notify(control, COMPLETED);
  return completed;
}

function alone(base, work) {
  waitFor(base);
  Atomics.add(control, CLAIMED, 1);
  try {
    work();
  } finally {
    complete((base + 1) | 0);
  }
}

const handlers = {
  start(message) {
    memory = message.memory || new WebAssembly.Memory({ initial: message.initialPages, maximum: message.maximumPages });
    control = message.memory ? new Int32Array(memory.buffer, 0, ${CONTROL_BYTES / 4}) : new Int32Array(${CONTROL_BYTES / 4});
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
      const [args, grain, first, end, waveFirst, waveEnd] = words.subarray(at + 1, at + ${INSTRUCTION_WORDS});
      instructions.push({ key, run: instances.get(key), chunks, args, grain, first, end, waveFirst, waveEnd });
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
    // A write or read before it that thread 0 has yet to draw.
    if (((Atomics.load(control, CLAIMED) - base) | 0) < 0) waitFor(base);
    let position = 0, ticket;
    while ((ticket = claim(base, tickets)) >= 0) {
      while (ticket >= instructions[position].end) position++;
      const { key, run, args, chunks, grain, first, waveFirst, waveEnd } = instructions[position];
      waitFor((base + waveFirst) | 0);
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
      const completed = complete((base + waveEnd) | 0);
      if (completed !== ((base + tickets) | 0)) continue;
      port.postMessage({ type: 'done', run: number, failed: Atomics.load(control, FAILED) === number });
    }
    if (times) port.postMessage({ type: 'times', run: number, times });
  },
  write({ base, writes }) {
    alone(base, () => {
      for (const { address, data } of writes) new Uint8Array(memory.buffer).set(data, address);
    });
  },
  read({ base, read, address, bytes }) {
    alone(base, () => {
      const data = new Uint8Array(memory.buffer).slice(address, address + bytes);
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
