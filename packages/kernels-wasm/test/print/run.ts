/** Runs printed kernels on a memory of their own, without threads, and compares with the oracle. */

import type { DType, LoopKernel } from '@llm/tensor/backend';
import { decode, encode } from '@llm/tensor/backend';
import { expect } from 'vitest';
import { interpret } from '../../../tensor/test/support/interpreter.ts';
import type { KernelPlan } from '../../src/kernel.ts';
import { printLoop } from '../../src/print/print-loop.ts';
import { hasRelaxedSimd } from '../../src/wasm/index.ts';

const GUARD = 64;
const GUARD_BYTE = 0xa5;

/** One memory for all runs: each reserves gigabytes of addresses. */
const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });

/** Runs a plan; returns the buffers' bytes. Guards between buffers must stay untouched. */
export function runPlan(
  plan: KernelPlan,
  buffers: readonly Uint8Array[],
  options: { calls?: number } = {},
): Uint8Array[] {
  const sizes = [...buffers.map((bytes) => bytes.length), ...plan.scratchBytes];
  const addresses: number[] = [];
  let top = 1 << 16;
  for (const size of sizes) {
    addresses.push(top + GUARD);
    top += Math.ceil((size + 2 * GUARD) / 64) * 64;
  }
  const missing = Math.ceil(top / 65536) + 1 - memory.buffer.byteLength / 65536;
  if (missing > 0) memory.grow(missing);
  const bytes = new Uint8Array(memory.buffer, 0, top).fill(GUARD_BYTE, 1 << 16);
  buffers.forEach((data, i) => {
    bytes.set(data, addresses[i]);
  });
  const table = new Uint32Array(memory.buffer, 1024, 64);
  for (const { kernel, args } of plan.steps) {
    const module = new WebAssembly.Module(kernel.bytes);
    const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
    const run = exports.run as (args: number, begin: number, end: number) => void;
    args.forEach((buffer, i) => {
      table[i] = addresses[buffer]!;
    });
    const calls = Math.min(kernel.chunks, options.calls ?? 1);
    // The last chunks first: chunks may run in any order.
    for (let call = calls - 1; call >= 0; call--) {
      const at = (i: number) => Math.floor((i * kernel.chunks) / calls);
      run(1024, at(call), at(call + 1));
    }
  }
  sizes.forEach((size, i) => {
    const after = bytes.subarray(addresses[i]! + size, addresses[i]! + size + GUARD / 2);
    const before = bytes.subarray(addresses[i]! - GUARD / 2, addresses[i]!);
    for (const byte of [...before, ...after]) {
      if (byte !== GUARD_BYTE) throw new Error(`a write beside buffer ${i} of ${size} bytes`);
    }
  });
  return buffers.map((data, i) => bytes.slice(addresses[i], addresses[i]! + data.length));
}

/** How far a result may be from the oracle's: absolute and relative parts. */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
}

/** Prints, runs (relaxed and plain, in one call and in three) and compares all outputs. */
export function check(
  kernel: LoopKernel,
  inputs: Record<number, readonly number[]>,
  tolerance: Tolerance = {},
): number[][] {
  const numbers = kernel.buffers.map(({ dtype, size }, i) => {
    const values = inputs[i] ?? new Array<number>(size).fill(7);
    if (values.length !== size) throw new Error(`buffer ${i}: ${values.length} values for ${size}`);
    return Array.from(decode(dtype, encode(dtype, values), size));
  });
  const wanted = numbers.map((values) => values.slice());
  interpret(kernel, wanted);
  let first: Uint8Array[] | undefined;
  for (const relaxedSimd of hasRelaxedSimd() ? [true, false] : [false]) {
    const plan = printLoop(kernel, { sharedMemory: false, relaxedSimd }, 'test');
    const bytes = kernel.buffers.map(({ dtype }, i) => encode(dtype, numbers[i]!));
    const once = runPlan(plan, bytes);
    const thrice = runPlan(plan, bytes, { calls: 3 });
    kernel.buffers.forEach(({ dtype, size, access }, i) => {
      if (access !== 'write') return;
      expect(Buffer.compare(thrice[i]!, once[i]!), 'the same bits in three calls').toBe(0);
      compare(dtype, decode(dtype, once[i]!, size), wanted[i]!, tolerance);
    });
    first ??= once;
  }
  return first!.map((data, i) =>
    Array.from(decode(kernel.buffers[i]!.dtype, data, kernel.buffers[i]!.size)),
  );
}

function compare(
  dtype: DType,
  got: ArrayLike<number>,
  want: readonly number[],
  { relative = 0, absolute = 0 }: Tolerance,
): void {
  want.forEach((value, i) => {
    const near = Math.abs(got[i]! - value) <= absolute + relative * Math.abs(value);
    if (!near && !Object.is(got[i], value) && !(got[i] === 0 && value === 0)) {
      expect.fail(`${dtype}[${i}]: got ${got[i]}, want ${value}`);
    }
  });
}
