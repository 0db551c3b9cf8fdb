/** Words of the control block at the start of shared memory, as indices of an Int32Array. */
export const CONTROL = {
  generation: 0,
  arrived: 16,
  claimed: 32,
  sleeping: 48,
  failed: 64,
} as const;

/** Bytes of the control block: one cache line a word, since threads fight over each. */
export const CONTROL_BYTES = 1024;

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
      /** Pairs: index of the kernel, address of its argument table. */
      instructions: Uint32Array;
    }
  | { type: 'drop'; id: number; keys: string[] }
  | { type: 'run'; id: number; run: number; writes: MemoryWrite[]; profile: boolean }
  | { type: 'write'; writes: MemoryWrite[] }
  | { type: 'read'; read: number; address: number; bytes: number }
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
  | {
      type: 'done';
      run: number;
      thread: number;
      /** Every thread reports, not the first alone: a failure or a profile. */
      all: boolean;
      error?: { kernel: string; reason: string };
      /** Milliseconds this thread spent in each instruction, barriers left out. */
      times?: Float64Array;
    }
  | { type: 'data'; read: number; data: Uint8Array }
  | { type: 'broken'; reason: string };

/**
 * The worker, as one self-contained script: bundlers need not know of it. Plain JavaScript, for a
 * Web Worker and for `node:worker_threads` alike.
 *
 * Threads walk a program together. They claim ranges of chunks from a shared counter, so a thread
 * that the system holds up costs no more than its last claim; between instructions stands a barrier
 * that spins for 20 µs, then sleeps. Where a kernel traps, threads skip the rest but keep meeting at
 * the barriers, so that none waits for ever.
 */
export const workerSource = /* js */ `'use strict';
const inNode = typeof require === 'function';
const port = inNode ? require('node:worker_threads').parentPort : self;
const now = () => performance.now();
const SPIN_MILLISECONDS = 0.02;
const GENERATION = ${CONTROL.generation}, ARRIVED = ${CONTROL.arrived}, CLAIMED = ${CONTROL.claimed};
const SLEEPING = ${CONTROL.sleeping}, FAILED = ${CONTROL.failed};
let memory, control, thread, threads;
const instances = new Map();
const programs = new Map();

function barrier() {
  if (threads === 1) return;
  const generation = Atomics.load(control, GENERATION);
  if (Atomics.add(control, ARRIVED, 1) === threads - 1) {
    Atomics.store(control, ARRIVED, 0);
    Atomics.store(control, CLAIMED, 0);
    Atomics.store(control, GENERATION, (generation + 1) | 0);
    // Waking costs a system call, so only if someone sleeps. One about to sleep sees the new value.
    if (Atomics.load(control, SLEEPING) > 0) Atomics.notify(control, GENERATION);
    return;
  }
  const deadline = now() + SPIN_MILLISECONDS;
  for (;;) {
    for (let turn = 0; turn < 64; turn++) {
      if (Atomics.load(control, GENERATION) !== generation) return;
    }
    if (now() > deadline) break;
  }
  Atomics.add(control, SLEEPING, 1);
  while (Atomics.load(control, GENERATION) === generation) Atomics.wait(control, GENERATION, generation);
  Atomics.sub(control, SLEEPING, 1);
}

function execute(instruction) {
  const { run, args, chunks, grain } = instruction;
  if (threads === 1) return run(args, 0, chunks);
  for (;;) {
    const begin = Atomics.add(control, CLAIMED, grain);
    if (begin >= chunks) return;
    run(args, begin, Math.min(chunks, begin + grain));
  }
}

function applyWrites(writes) {
  for (const { address, data } of writes) new Uint8Array(memory.buffer).set(data, address);
}

const handlers = {
  start(message) {
    thread = message.thread;
    threads = message.threads;
    memory = message.memory || new WebAssembly.Memory({ initial: message.initialPages, maximum: message.maximumPages });
    if (message.memory) control = new Int32Array(memory.buffer, 0, ${CONTROL_BYTES / 4});
  },
  program(message) {
    for (const { key, bytes } of message.kernels) {
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
    for (let index = 0; index < message.instructions.length; index += 2) {
      const { key, chunks } = message.kernels[message.instructions[index]];
      // About eight claims a thread balance the load; each costs some 50 ns.
      const grain = Math.max(1, Math.floor(chunks / (threads * 8)));
      instructions.push({ key, run: instances.get(key), args: message.instructions[index + 1], chunks, grain });
    }
    programs.set(message.id, instructions);
  },
  drop(message) {
    programs.delete(message.id);
    for (const key of message.keys) instances.delete(key);
  },
  run(message) {
    const instructions = programs.get(message.id);
    if (thread === 0) applyWrites(message.writes);
    barrier();
    const times = message.profile ? new Float64Array(instructions.length) : undefined;
    let error, failed = false;
    for (let index = 0; index < instructions.length; index++) {
      if (!failed) {
        const start = times ? now() : 0;
        try {
          execute(instructions[index]);
        } catch (reason) {
          error = { kernel: instructions[index].key, reason: String(reason && reason.message || reason) };
          failed = true;
          if (control) Atomics.store(control, FAILED, message.run);
        }
        if (times) times[index] = now() - start;
      }
      barrier();
      if (control && Atomics.load(control, FAILED) === message.run) failed = true;
    }
    const all = failed || message.profile;
    if (all || thread === 0) port.postMessage({ type: 'done', run: message.run, thread, all, error, times });
  },
  write(message) {
    applyWrites(message.writes);
  },
  read({ read, address, bytes }) {
    const data = new Uint8Array(memory.buffer).slice(address, address + bytes);
    port.postMessage({ type: 'data', read, data }, [data.buffer]);
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
