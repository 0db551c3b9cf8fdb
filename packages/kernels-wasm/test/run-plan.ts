import type { KernelPlan } from '../src/kernel.ts';
import type { Target } from '../src/wasm/index.ts';

/** Bytes put around every buffer; a kernel that writes there fails the test. */
const GUARD = 64;
const GUARD_BYTE = 0xa5;

/**
 * Runs a plan on this thread, without the thread pool: buffers are laid out with guards around them,
 * scratch is poisoned with NaN, and chunks run one call each, in reverse, so that one that leans on
 * an earlier one of its step is found out.
 *
 * @returns the buffers' contents afterwards
 */
export function runPlan(
  plan: KernelPlan,
  buffers: readonly ArrayBufferView[],
  target: Target,
): ArrayBuffer[] {
  const align = (value: number) => Math.ceil(value / 64) * 64;
  let top = 1024;
  const place = (bytes: number) => {
    const address = top + GUARD;
    top = align(address + bytes) + GUARD;
    return { address, bytes };
  };
  const all = [...buffers.map((buffer) => buffer.byteLength), ...plan.scratchBytes].map(place);
  const memory = memoryOf(target, Math.ceil(top / 65536) + 1);
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(GUARD_BYTE, 0, top);
  all.forEach(({ address, bytes: length }, index) => {
    const given = buffers[index];
    if (given) bytes.set(new Uint8Array(given.buffer, given.byteOffset, length), address);
    else new Float32Array(memory.buffer, address, length >> 2).fill(Number.NaN);
  });
  const words = new Uint32Array(memory.buffer);
  for (const { kernel, args } of plan.steps) {
    args.forEach((index, word) => {
      words[16 + word] = all[index]!.address;
    });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(kernel.bytes), {
      m: { m: memory },
    });
    const run = instance.exports.run as (args: number, begin: number, end: number) => void;
    for (let chunk = kernel.chunks - 1; chunk >= 0; chunk--) run(64, chunk, chunk + 1);
  }
  let end = 0;
  for (const { address, bytes: length } of all) {
    for (let at = Math.max(end, address - GUARD); at < address; at++) {
      if (bytes[at] !== GUARD_BYTE)
        throw new Error(`guard byte before buffer at ${address} changed`);
    }
    for (let at = address + length; at < address + length + GUARD; at++) {
      if (bytes[at] !== GUARD_BYTE)
        throw new Error(`guard byte after buffer at ${address} changed`);
    }
    end = address + length + GUARD;
  }
  return all
    .slice(0, buffers.length)
    .map(
      ({ address, bytes: length }) => new Uint8Array(bytes.slice(address, address + length)).buffer,
    );
}

const memories = new Map<boolean, WebAssembly.Memory>();

/** One memory for all runs of a kind, since each takes gigabytes of address space. */
function memoryOf({ sharedMemory }: Target, pages: number): WebAssembly.Memory {
  const memory =
    memories.get(sharedMemory) ??
    new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: sharedMemory });
  memories.set(sharedMemory, memory);
  const missing = pages - memory.buffer.byteLength / 65536;
  if (missing > 0) memory.grow(missing);
  return memory;
}
