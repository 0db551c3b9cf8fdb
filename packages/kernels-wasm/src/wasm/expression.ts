import type { ByteWriter } from './bytes.ts';
import { f32Bytes, f64Bytes, signedLeb, unsignedLeb } from './bytes.ts';

/** The value types kernels use. An address is an i32, read as unsigned. */
export type ValueType = 'i32' | 'f32' | 'f64' | 'v128';

/** The byte that names each value type in the binary format; `0x40` is "no value". */
export const TYPE_CODE = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b, void: 0x40 } as const;

/**
 * A recipe for a value: operands, then one instruction. It is written out each time it is used, so
 * a value needed twice belongs in a local (`f.let(...)`). `Expression<'void'>` is a statement, for
 * instance a store; `f.emit` takes it.
 */
export class Expression<T extends ValueType | 'void' = ValueType | 'void'> {
  constructor(
    /** What the instruction leaves on the stack. */
    readonly type: T,
    /** Opcode and immediates, written after the operands. */
    readonly code: readonly number[],
    /** Values the instruction takes, first one deepest on the stack. */
    readonly operands: readonly Expression[] = [],
    /** The value itself where it is known now: lets address arithmetic fold. */
    readonly constant?: number,
  ) {}

  /** Writes operands and instruction. */
  write(out: ByteWriter): void {
    for (const operand of this.operands) operand.write(out);
    out.bytes(this.code);
  }
}

/** A 32-bit integer or an address. */
export type I32 = Expression<'i32'>;
/** A single-precision number. */
export type F32 = Expression<'f32'>;
/** A double-precision number. */
export type F64 = Expression<'f64'>;
/** 128 bits: four f32, four i32, eight i16, sixteen i8 or two f64. */
export type V128 = Expression<'v128'>;

/** An expression, or a JavaScript number that stands for a constant. */
export type Operand<T extends 'i32' | 'f32' | 'f64'> = Expression<T> | number;

/** A variable of a function. As an expression it reads the variable at the place where it is used. */
export class Local<T extends ValueType = ValueType> extends Expression<T> {
  constructor(
    type: T,
    /** Position among the function's parameters and locals. */
    readonly index: number,
  ) {
    super(type, [0x20, ...unsignedLeb(index)]);
  }
}

/** Takes a number as a constant of the wanted type, an expression as it is. */
export function operand<T extends 'i32' | 'f32' | 'f64'>(
  type: T,
  value: Operand<T>,
): Expression<T> {
  if (typeof value !== 'number') return value;
  if (type === 'i32') return new Expression(type, [0x41, ...signedLeb(value)], [], value | 0);
  if (type === 'f32') return new Expression(type, [0x43, ...f32Bytes(value)]);
  return new Expression(type, [0x44, ...f64Bytes(value)]);
}

/** Address alignment hint 0 (never a promise, engines ignore it) and the constant byte offset. */
export function memoryImmediate(offset: number): number[] {
  if (!Number.isInteger(offset) || offset < 0 || offset > 0xffffffff) {
    throw new RangeError(
      `wasm: a memory offset is a constant in [0, 2^32), got ${offset}; add it to the address instead`,
    );
  }
  return [0, ...unsignedLeb(offset)];
}
