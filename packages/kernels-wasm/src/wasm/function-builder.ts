import { ByteWriter, unsignedLeb } from './bytes.ts';
import {
  Expression,
  type I32,
  Local,
  type Operand,
  operand,
  TYPE_CODE,
  type V128,
  type ValueType,
} from './expression.ts';
import { i32 } from './scalar.ts';
import { f32x4 } from './vector.ts';

/** A place a branch can jump to: the end of a block or the start of a loop. */
export interface Label {
  /** What the label stands at; the builder tells labels apart by identity. */
  readonly kind: 'block' | 'loop' | 'if';
}

/** Names and types of a function's parameters. */
export type Parameters = Readonly<Record<string, ValueType>>;

/** The parameters as locals. */
export type ParameterLocals<P extends Parameters> = { readonly [name in keyof P]: Local<P[name]> };

/** A function of the module under construction, to be called from later ones. */
export interface FunctionHandle<R extends ValueType | 'void' = ValueType | 'void'> {
  /** Position among the module's functions. */
  readonly index: number;
  /** Parameter types, in order. */
  readonly parameters: readonly ValueType[];
  /** What it returns. */
  readonly result: R;
}

/**
 * Writes one function, instruction by instruction. Structured: `block`, `loop`, `if`, `for` take
 * their bodies as callbacks, and locals declared in a body are free for reuse after it.
 */
export class FunctionBuilder {
  private readonly code = new ByteWriter();
  private readonly localTypes: ValueType[] = [];
  private readonly free: Record<ValueType, number[]> = { i32: [], f32: [], f64: [], v128: [] };
  private declared: Local[] = [];
  private readonly open: Label[] = [];

  constructor(
    private readonly parameterTypes: readonly ValueType[],
    /** Whether `multiplyAdd` may use the fused instruction of relaxed SIMD. */
    readonly relaxedSimd: boolean,
  ) {}

  /**
   * A variable that lives until the end of the enclosing body. Its first content is undefined (a
   * freed local may be reused): set it before reading.
   */
  local<T extends ValueType>(type: T): Local<T> {
    const reused = this.free[type].pop();
    const local = new Local(type, reused ?? this.newIndex(type));
    this.declared.push(local);
    return local;
  }

  /** `count` variables of one type. */
  locals<T extends ValueType>(type: T, count: number): Local<T>[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** A variable holding the value of an expression: computed here, once. */
  let<T extends ValueType>(value: Expression<T>): Local<T> {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /** Assigns. */
  set<T extends ValueType>(
    local: Local<T>,
    value: Expression<T> | (T extends 'v128' ? never : number),
  ): void {
    const source =
      typeof value === 'number' ? operand(local.type as 'i32' | 'f32' | 'f64', value) : value;
    source.write(this.code);
    this.code.byte(0x21);
    this.code.unsigned(local.index);
  }

  /** Adds to an integer variable: how pointers advance. */
  increment(local: Local<'i32'>, by: Operand<'i32'>): void {
    this.set(local, i32.add(local, by));
  }

  /** Writes a statement, such as a store or a call without a result. */
  emit(statement: Expression<'void'>): void {
    statement.write(this.code);
  }

  /** `a·b + c` on four f32 lanes: fused where the target has relaxed SIMD, else product, then sum. */
  multiplyAdd(a: V128, b: V128, c: V128): V128 {
    return this.relaxedSimd ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
  }

  /** `c − a·b` on four f32 lanes: fused where the target has relaxed SIMD. */
  negativeMultiplyAdd(a: V128, b: V128, c: V128): V128 {
    return this.relaxedSimd ? f32x4.relaxedNmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
  }

  /** A body of its own for locals: they are free for reuse after it. */
  scope(body: () => void): void {
    const outer = this.declared;
    this.declared = [];
    body();
    // Reversed, so that the next `local` gets the lowest index first.
    for (const local of this.declared.reverse()) this.free[local.type].push(local.index);
    this.declared = outer;
  }

  /** A block; branching to its label jumps to its end. */
  block(body: (end: Label) => void): void {
    this.nested(0x02, 'block', body);
  }

  /** A loop; branching to its label jumps back to its start, falling through leaves it. */
  loop(body: (start: Label) => void): void {
    this.nested(0x03, 'loop', body);
  }

  /** `if (condition) …`, with an optional `else`. The label given is the end of the whole. */
  if(condition: I32, then: (end: Label) => void, otherwise?: (end: Label) => void): void {
    condition.write(this.code);
    this.code.bytes([0x04, TYPE_CODE.void]);
    const label: Label = { kind: 'if' };
    this.open.push(label);
    this.scope(() => then(label));
    if (otherwise) {
      this.code.byte(0x05);
      this.scope(() => otherwise(label));
    }
    this.open.pop();
    this.code.byte(0x0b);
  }

  /** Jumps to a label of an enclosing block or loop. */
  branch(label: Label): void {
    const distance = this.distance(label);
    this.code.byte(0x0c);
    this.code.unsigned(distance);
  }

  /** Jumps to a label if the condition is not 0. */
  branchIf(label: Label, condition: I32): void {
    const distance = this.distance(label);
    condition.write(this.code);
    this.code.byte(0x0d);
    this.code.unsigned(distance);
  }

  /** Repeats while the condition, computed before each turn, holds. */
  while(condition: I32, body: () => void): void {
    this.block((end) => {
      this.loop((start) => {
        this.branchIf(end, i32.eqz(condition));
        body();
        this.branch(start);
      });
    });
  }

  /**
   * Counts a variable of its own from `from` while it is below `to`, in steps of `step`; all
   * unsigned. `to` is computed before each turn: pass a constant or a local. The body may be skipped
   * altogether; where it surely runs, constant bounds save the test.
   */
  for(
    from: Operand<'i32'>,
    to: Operand<'i32'>,
    step: number,
    body: (index: Local<'i32'>) => void,
  ): void {
    this.scope(() => {
      const index = this.local('i32');
      const first = operand('i32', from);
      const limit = operand('i32', to);
      this.set(index, first);
      const turn = () =>
        this.loop((start) => {
          body(index);
          this.increment(index, step);
          this.branchIf(start, i32.ltU(index, limit));
        });
      const known = first.constant !== undefined && limit.constant !== undefined;
      if (!known) this.if(i32.ltU(index, limit), turn);
      else if (first.constant! >>> 0 < limit.constant! >>> 0) turn();
    });
  }

  /** Calls a function that returns nothing. */
  call(target: FunctionHandle<'void'>, ...values: Expression[]): void {
    this.emit(callExpression(target, values));
  }

  /** A call as an expression. */
  callValue<R extends ValueType>(
    target: FunctionHandle<R>,
    ...values: Expression[]
  ): Expression<R> {
    return callExpression(target, values);
  }

  /** Leaves the function, with its result if it has one. */
  return(value?: Expression): void {
    value?.write(this.code);
    this.code.byte(0x0f);
  }

  /** Traps: reaching this place is a bug. */
  unreachable(): void {
    this.code.byte(0x00);
  }

  /** The function body: declared locals, code, end. Called by the module builder. */
  finish(result?: Expression): Uint8Array {
    result?.write(this.code);
    const body = new ByteWriter();
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.localTypes) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.unsigned(runs.length);
    for (const { type, count } of runs) {
      body.unsigned(count);
      body.byte(TYPE_CODE[type]);
    }
    body.bytes(this.code.finish());
    body.byte(0x0b);
    return body.finish();
  }

  private newIndex(type: ValueType): number {
    this.localTypes.push(type);
    return this.parameterTypes.length + this.localTypes.length - 1;
  }

  private nested(opcode: number, kind: Label['kind'], body: (label: Label) => void): void {
    this.code.bytes([opcode, TYPE_CODE.void]);
    const label: Label = { kind };
    this.open.push(label);
    this.scope(() => body(label));
    this.open.pop();
    this.code.byte(0x0b);
  }

  /** How many blocks out the label is: branches name their targets so. */
  private distance(label: Label): number {
    const position = this.open.lastIndexOf(label);
    if (position < 0) throw new Error('wasm: branch to a label of a block that has ended');
    return this.open.length - 1 - position;
  }
}

function callExpression<R extends ValueType | 'void'>(
  target: FunctionHandle<R>,
  values: readonly Expression[],
): Expression<R> {
  const got = values.map((value) => value.type);
  if (got.join() !== target.parameters.join()) {
    throw new TypeError(
      `wasm: call of function ${target.index} with (${got}), which takes (${target.parameters})`,
    );
  }
  return new Expression(target.result, [0x10, ...unsignedLeb(target.index)], values);
}
