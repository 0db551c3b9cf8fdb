/** Accumulators of reductions: how they start, take values, and are put together across a workgroup. */
import type { ComputeType, ReduceOperator } from '@llm/tensor/backend';
import { isNan, maximum, minimum } from './library/bits.ts';
import { constant } from './operators.ts';
import type { LibraryFunction, Shader } from './shader.ts';

/** A reduction of a kernel: its operator and the type of what it reduces. */
export interface Reduction {
  readonly operator: ReduceOperator;
  readonly type: ComputeType;
}

const isArg = (operator: ReduceOperator) => operator === 'argmax' || operator === 'argmin';

/** What a reduction over nothing gives, in the type of its result. */
export function emptyValue({ operator, type }: Reduction): number {
  if (isArg(operator) || operator === 'sum') return 0;
  if (operator === 'prod') return 1;
  return extreme(type, operator === 'max');
}

function extreme(type: ComputeType, isMax: boolean): number {
  if (type === 'f32') return isMax ? -Infinity : Infinity;
  if (type === 'i32') return isMax ? -(2 ** 31) : 2 ** 31 - 1;
  if (type === 'u32') return isMax ? 0 : 2 ** 32 - 1;
  return isMax ? 0 : 1;
}

/** A variable that accumulates; positions beside values for argmax and argmin. */
export class Accumulator {
  /** WGSL type of the variable. */
  readonly #type: string;

  constructor(
    readonly shader: Shader,
    readonly reduction: Reduction,
    /** The variable. */
    readonly name: string,
  ) {
    const { operator, type } = reduction;
    // A bool cannot be compared by size, and a position needs a place beside its value.
    this.#type = isArg(operator) ? shader.call(bestOf(type)) : type;
  }

  /** The variable before any value. */
  declare(): string {
    const { operator, type } = this.reduction;
    if (!isArg(operator)) {
      return `var ${this.name} = ${constant(this.shader, emptyValue(this.reduction), type)};`;
    }
    const start = extreme(type, operator === 'argmax');
    return `var ${this.name} = ${this.#type}(${constant(this.shader, start, numeric(type))}, 0x7fffffff);`;
  }

  /** Takes a value at a position (an i32 expression) in. */
  add(value: string, position: string): string {
    const { operator, type } = this.reduction;
    const taken = isArg(operator)
      ? `${this.#type}(${type === 'bool' ? `i32(${value})` : value}, ${position})`
      : value;
    return `${this.name} = ${this.#combine(this.name, taken)};`;
  }

  /** The result as an expression: the position for argmax and argmin. */
  result(): string {
    return isArg(this.reduction.operator) ? `${this.name}.position` : this.name;
  }

  /**
   * Puts the threads' variables together: groups of √threads add up to one each, then every thread adds these
   * up, so that all hold the result after two barriers, in an order that the size alone decides.
   */
  acrossWorkgroup(threads: number): string[] {
    const { name } = this;
    const groups = 2 ** Math.ceil(Math.log2(threads) / 2);
    const memory = `shared_${this.#type}`;
    this.shader.shared(memory, this.#type, threads);
    const combine = (into: string, from: string) => `${into} = ${this.#combine(into, from)};`;
    return [
      `${memory}[thread] = ${name};`,
      'workgroupBarrier();',
      `if (thread < ${groups}u) {`,
      `  for (var k = thread + ${groups}u; k < ${threads}u; k += ${groups}u) { ${combine(name, `${memory}[k]`)} }`,
      `  ${memory}[thread] = ${name};`,
      '}',
      'workgroupBarrier();',
      `${name} = ${memory}[0];`,
      `for (var k = 1u; k < ${groups}u; k++) { ${combine(name, `${memory}[k]`)} }`,
      'workgroupBarrier();',
    ];
  }

  #combine(a: string, b: string): string {
    const { operator, type } = this.reduction;
    switch (operator) {
      case 'sum':
        return type === 'bool' ? `(${a} || ${b})` : `${a} + ${b}`;
      case 'prod':
        return type === 'bool' ? `(${a} && ${b})` : `${a} * ${b}`;
      case 'max':
        if (type === 'bool') return `(${a} || ${b})`;
        return `${type === 'f32' ? this.shader.call(maximum) : 'max'}(${a}, ${b})`;
      case 'min':
        if (type === 'bool') return `(${a} && ${b})`;
        return `${type === 'f32' ? this.shader.call(minimum) : 'min'}(${a}, ${b})`;
      default:
        return `${this.shader.call(better(operator, type))}(${a}, ${b})`;
    }
  }
}

const numeric = (type: ComputeType) => (type === 'bool' ? 'i32' : type);

/** A value and where it was found. */
function bestOf(type: ComputeType): LibraryFunction {
  const name = `Best_${numeric(type)}`;
  return { name, code: `struct ${name} { value: ${numeric(type)}, position: i32 }` };
}

/** The one of two that comes first: NaN, then the more extreme value, then the smaller position. */
function better(operator: 'argmax' | 'argmin', type: ComputeType): LibraryFunction {
  const best = bestOf(type);
  const name = `better_${operator}_${numeric(type)}`;
  const isFloat = type === 'f32';
  const above = operator === 'argmax' ? '>' : '<';
  const nan = (x: string) => (isFloat ? `is_nan(${x}.value)` : 'false');
  return {
    name,
    uses: isFloat ? [best, isNan] : [best],
    code: /* wgsl */ `
fn ${name}(a: ${best.name}, b: ${best.name}) -> ${best.name} {
  let a_nan = ${nan('a')};
  let b_nan = ${nan('b')};
  let tie = (a_nan && b_nan) || (!a_nan && !b_nan && a.value == b.value);
  let wins = (a_nan && !b_nan) || (!a_nan && !b_nan && a.value ${above} b.value);
  if (wins || (tie && a.position < b.position)) { return a; }
  return b;
}`,
  };
}
