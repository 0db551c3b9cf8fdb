/**
 * A backend that runs plans by interpreting the kernel IR in plain JavaScript: what the compiler decided,
 * without any code generation.
 */
import { expect } from 'vitest';
import type {
  Backend,
  BackendBuffer,
  MemoryStatistics,
  Plan,
  PlanStep,
  Program,
  StepTiming,
} from '../../src/backend/interface.ts';
import { byteSize, decode, encode } from '../../src/dtype.ts';
import type {
  CoarseKernel,
  JointKernel,
  Kernel,
  MatmulKernel,
  MatrixAccess,
  QuantizedOperand,
} from '../../src/ir/kernel.ts';
import { indexedRules } from '../../src/reference/indexed.ts';
import type { Operand, Rule } from '../../src/reference/operand.ts';
import { contiguousStrides, sizeOf } from '../../src/shape.ts';
import { interpret } from './interpreter.ts';

interface InterpreterBuffer extends BackendBuffer {
  readonly data: Uint8Array;
}

/** Runs plans one element at a time. */
export class InterpreterBackend implements Backend {
  readonly name = 'interpreter';
  readonly repeats = true;
  /** Plans run so far. */
  runs = 0;
  #live = 0;

  supports(): boolean {
    return false;
  }

  overwrites(): boolean {
    return true; // operands are copied first
  }

  joins({ parts }: JointKernel): boolean {
    return parts.length <= 4;
  }

  readonly readsQuantized = true;

  prologues(): boolean {
    return true;
  }

  takesPrologue(): boolean {
    return true;
  }

  pairs(): boolean {
    return true;
  }

  scratch(): readonly number[] {
    return [];
  }

  allocate(bytes: number, _label?: string): BackendBuffer {
    this.#live++;
    return { bytes, data: new Uint8Array(bytes).fill(0x7f) } as InterpreterBuffer;
  }

  release(): void {
    this.#live--;
  }

  write(buffer: BackendBuffer, data: Uint8Array, offset = 0): void {
    (buffer as InterpreterBuffer).data.set(data, offset);
  }

  async read(buffer: BackendBuffer, offset: number, bytes: number): Promise<Uint8Array> {
    const data = (buffer as InterpreterBuffer).data.slice(offset, offset + bytes);
    await new Promise((resolve) => setImmediate(resolve)); // a macrotask, as on every real device
    return data;
  }

  prepare(plan: Plan): Program {
    return { plan, dispose: () => {} };
  }

  async run(program: Program, bindings: readonly BackendBuffer[]): Promise<void> {
    this.runs++;
    const { plan } = program;
    checkApart(plan, bindings);
    const arena = new Uint8Array(plan.arenaBytes).fill(0xff); // NaN where nothing was written
    const step = ({ kernel, buffers, parts }: PlanStep, iteration: number) => {
      const bytes = buffers.map((position, i) => {
        const buffer = plan.buffers[position]!;
        const whole =
          buffer.kind === 'arena'
            ? arena.subarray(buffer.offset, buffer.offset + buffer.bytes)
            : (bindings[buffer.index] as InterpreterBuffer).data;
        const part = parts?.[i];
        const start = part ? part.offset + iteration * part.stride : 0;
        return part ? whole.subarray(start, start + part.bytes) : whole;
      });
      runKernel(kernel, bytes);
    };
    for (let at = 0; at < plan.steps.length; at++) {
      const repeat = plan.repeats?.find(({ first }) => first === at);
      if (!repeat) {
        step(plan.steps[at]!, 0);
        continue;
      }
      for (let iteration = 0; iteration < repeat.count; iteration++) {
        for (const inner of plan.steps.slice(repeat.first, repeat.end)) step(inner, iteration);
      }
      at = repeat.end - 1;
    }
  }

  async profile(program: Program, bindings: readonly BackendBuffer[]): Promise<StepTiming[]> {
    await this.run(program, bindings);
    return program.plan.steps.map(({ kernel, scope }, i) => {
      return { name: kernel.name, scope, milliseconds: i + 1 };
    });
  }

  memory(): MemoryStatistics {
    return { live: 0, peak: 0, buffers: this.#live };
  }

  async dispose(): Promise<void> {}
}

/** Throws where a plan writes a buffer that it is given twice: backends order kernels by the plan's buffers. */
function checkApart(plan: Plan, bindings: readonly BackendBuffer[]): void {
  for (const { kernel, buffers } of plan.steps) {
    kernel.buffers.forEach(({ access }, i) => {
      const buffer = plan.buffers[buffers[i]!]!;
      if (access === 'read' || buffer.kind !== 'binding') return;
      const written = bindings[buffer.index]!;
      if (bindings.filter((other) => other === written).length > 1) {
        throw new Error(`run: ${kernel.name} writes a buffer that is bound twice`);
      }
    });
  }
}

function runKernel(kernel: Kernel, bytes: readonly Uint8Array[]): void {
  if (kernel.kind === 'joint') {
    // Any order must do.
    for (const { kernel: part, locals } of kernel.parts.toReversed()) {
      runKernel(
        part,
        locals.map((local) => bytes[local]!),
      );
    }
    return;
  }
  const arrays = kernel.buffers.map(({ dtype, size }, i) => {
    const whole = bytes[i]!;
    const aligned = whole.byteOffset % 4 === 0 ? whole : whole.slice();
    return Array.from(
      decode(dtype, aligned.subarray(0, Math.ceil((size * byteSize(dtype)) / 4) * 4), size),
    );
  });
  if (kernel.kind === 'loop') interpret(kernel, arrays);
  else if (kernel.kind === 'matmul') interpretMatmul(kernel, arrays);
  else interpretCoarse(kernel, arrays);
  kernel.buffers.forEach(({ dtype, access }, i) => {
    if (access === 'write') bytes[i]!.set(encode(dtype, arrays[i]!));
  });
}

/** Operations with kernels of their own go by the oracle's rule; the compiler promises them row-major inputs. */
function interpretCoarse(kernel: CoarseKernel, arrays: number[][]): void {
  const { operation, attributes, inputs, outputs } = kernel;
  if (!Object.hasOwn(indexedRules, operation)) {
    throw new Error(`interpreter: no rule for ${operation}`);
  }
  const rule = indexedRules[operation as keyof typeof indexedRules] as Rule<unknown>;
  const operands = inputs.map((input): Operand => {
    expect(input.strides).toEqual(contiguousStrides(input.shape));
    const end = input.offset + sizeOf(input.shape);
    return { ...input, values: Float64Array.from(arrays[input.buffer]!.slice(input.offset, end)) };
  });
  const result = rule(operands, attributes, outputs);
  const values = result instanceof Float64Array ? [result] : result;
  outputs.forEach(({ buffer, offset }, i) => {
    arrays[buffer]!.splice(offset, values[i]!.length, ...values[i]!);
  });
}

function interpretMatmul(kernel: MatmulKernel, arrays: number[][]): void {
  if (kernel.prologue) {
    const { prologue, ...rest } = kernel;
    const size = sizeOf(prologue.axes);
    const buffer = arrays.length;
    const values = new Array<number>(size).fill(Number.NaN);
    const buffers = [...kernel.buffers, { dtype: 'f32', size, access: 'write' } as const];
    const all = [...arrays, values];
    interpret(
      {
        ...{ kind: 'loop', name: kernel.name, buffers, reduces: true },
        ...{ axes: prologue.axes, instructions: prologue.instructions },
        stores: [{ value: prologue.value, buffer, offset: 0, strides: [prologue.axes[1], 1] }],
      },
      all,
    );
    // Rounded as by a store.
    values.forEach((value, i) => {
      values[i] = Math.fround(value);
    });
    const strides = contiguousStrides([...kernel.batch, kernel.rows, kernel.inner]);
    const left = {
      ...{ buffer, offset: 0, batchStrides: strides.slice(0, -2) },
      ...{ rowStride: strides.at(-2)!, columnStride: 1 },
    };
    interpretMatmul({ ...rest, buffers, left }, all);
    return;
  }
  const { batch, rows, columns } = kernel;
  const axes = [...batch, rows, columns];
  const size = axes.reduce((a, b) => a * b, 1);
  const sums = sumsOf(kernel, arrays, axes, kernel.right);
  const seconds = kernel.second ? sumsOf(kernel, arrays, axes, kernel.second) : [];
  const strides = axes.map((_, axis) => axes.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sumBuffer = arrays.length;
  const buffer = { dtype: 'f32', size, access: 'read' } as const;
  interpret(
    {
      kind: 'loop',
      name: kernel.name,
      buffers: [...kernel.buffers, buffer, { ...buffer, size: seconds.length }],
      axes,
      reduces: false,
      instructions: kernel.epilogue.map((instruction) => {
        if (instruction.op !== 'accumulator') return instruction;
        const access = { buffer: sumBuffer + (instruction.second ? 1 : 0), offset: 0, strides };
        return { op: 'load', access, type: 'f32' };
      }),
      stores: kernel.stores,
    },
    [...arrays, sums, seconds],
  );
}

/** A product's sums, row-major. */
function sumsOf(
  { inner, left }: MatmulKernel,
  arrays: readonly number[][],
  axes: readonly number[],
  right: MatrixAccess,
): number[] {
  const size = axes.reduce((a, b) => a * b, 1);
  const sums: number[] = [];
  for (let point = 0; point < size; point++) {
    const index: number[] = [];
    let rest = point;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      index[axis] = rest % axes[axis]!;
      rest = Math.floor(rest / axes[axis]!);
    }
    const at = (access: typeof left) =>
      access.offset +
      access.batchStrides.reduce((sum, stride, axis) => sum + stride * index[axis]!, 0);
    const i = index[axes.length - 2]!;
    const j = index[axes.length - 1]!;
    const element = (k: number, j: number) => {
      if (right.quantized) return decoded(right, right.quantized, arrays, k, j);
      return arrays[right.buffer]![at(right) + k * right.rowStride + j * right.columnStride]!;
    };
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const a = arrays[left.buffer]![at(left) + i * left.rowStride + k * left.columnStride]!;
      sum += a * element(k, j);
    }
    sums.push(Math.fround(sum));
  }
  return sums;
}

/** The element of a quantized right operand, whose columns are rows of codes. */
function decoded(
  { buffer, offset, rowStride, columnStride }: MatrixAccess,
  { layout: { bits, columns, group }, scales, offsets }: QuantizedOperand,
  arrays: readonly number[][],
  k: number,
  j: number,
): number {
  const inBlock = k % (128 / bits);
  const place = 4 * Math.floor((k * bits) / 128) + (inBlock % 4);
  const word = arrays[buffer]![offset + place * rowStride + j * columnStride]!;
  const shift = Math.floor(inBlock / 4) * bits;
  const code = bits === 4 ? (word >>> shift) & 15 : (word << (24 - shift)) >> 24;
  const number = j * Math.ceil(columns / group) + Math.floor(k / group);
  const shifted = offsets === undefined ? 0 : arrays[offsets]![number]!;
  return code * arrays[scales]![number]! + shifted;
}
