import type { ComputeType, Instruction } from '@llm/tensor/backend';
import { affine, decode, inside, isNeverInside, loadElement, zero } from './access.ts';
import { opaque } from './library/bits.ts';
import { threefry } from './library/integer.ts';
import { binary, cast, constant, unary } from './operators.ts';
import { elementsPerWord, type Shader } from './shader.ts';

/** One of several neighbouring points along an axis that a thread computes together. */
export interface Lane {
  readonly axis: number;
  readonly number: number;
  /** How many there are; the first one's index is a multiple of it. */
  readonly count: number;
  /** Words that lanes before this one have loaded, by load and word. */
  readonly words: Map<string, string>;
}

/** Where values are printed. */
export interface Scope {
  /** An i32 expression for every axis of the index space. */
  readonly indices: readonly string[];
  /** Sets the names of this scope's values apart from other scopes'. */
  readonly suffix?: string;
  /** The scope around, and which values belong there. */
  readonly outer?: { readonly values: Values; has(position: number): boolean };
  readonly lane?: Lane;
}

/** The values of a list of instructions at one point, as WGSL statements; each is printed when first asked for. */
export class Values {
  readonly #names = new Map<number, string>();
  #lines: string[] = [];

  constructor(
    readonly shader: Shader,
    readonly instructions: readonly Instruction[],
    readonly scope: Scope,
  ) {}

  /** The statements printed since the last call. */
  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** Says that a value has a name already: a reduction's result, a product's sum. */
  define(position: number, name: string): void {
    this.#names.set(position, name);
  }

  /** The name of a value. */
  value(position: number): string {
    const { outer, suffix = '' } = this.scope;
    if (outer?.has(position)) return outer.values.value(position);
    const known = this.#names.get(position);
    if (known !== undefined) return known;
    const instruction = this.instructions[position]!;
    const name = `${wordOf(instruction)}_${position}${suffix}`;
    this.#print(name, instruction, position);
    this.#names.set(position, name);
    return name;
  }

  /** The type of a value. */
  typeOf(position: number): ComputeType {
    return this.instructions[position]!.type;
  }

  #print(name: string, instruction: Instruction, position: number): void {
    if (instruction.op === 'load') this.#load(name, instruction, position);
    else this.#lines.push(`let ${name} = ${this.#expression(instruction)};`);
  }

  #expression(instruction: Instruction): string {
    const { shader } = this;
    switch (instruction.op) {
      case 'constant':
        return constant(shader, instruction.value, instruction.type);
      case 'index':
        return `i32(${affine(instruction.offset, instruction.strides, this.scope.indices)})`;
      case 'unary': {
        const { operator, operand } = instruction;
        return unary(shader, operator, this.typeOf(operand), this.value(operand));
      }
      case 'binary': {
        const { operator, left, right } = instruction;
        if (this.#compensates(instruction)) {
          const [a, b] = [left, right].map((side) => `${shader.call(opaque)}(${this.value(side)})`);
          return `${a} ${operator === 'add' ? '+' : '-'} ${b}`;
        }
        return binary(shader, operator, this.typeOf(left), this.value(left), this.value(right));
      }
      case 'where': {
        const { condition, yes, no } = instruction;
        return `select(${this.value(no)}, ${this.value(yes)}, ${this.value(condition)})`;
      }
      case 'cast': {
        const { operand, to } = instruction;
        return cast(shader, this.typeOf(operand), to, this.value(operand));
      }
      case 'bitcast':
        return `bitcast<${instruction.type}>(${this.value(instruction.operand)})`;
      case 'threefry': {
        const { seed, position, index } = instruction;
        const words = [seed, position, index].map((operand) => this.value(operand));
        return `${shader.call(threefry)}(${words.join(', ')})`;
      }
      default:
        throw new Error(`internal: the value of ${instruction.op} is not defined here`);
    }
  }

  /** Whether this is a sum or difference with a part of its operand, such as (x + y) - y, meant to give a rest. */
  #compensates({ operator, left, right }: Instruction & { op: 'binary' }): boolean {
    const partsOf = (at: number): readonly number[] => {
      const instruction = this.instructions[at]!;
      return instruction.op === 'binary' &&
        instruction.type === 'f32' &&
        (instruction.operator === 'add' || instruction.operator === 'sub')
        ? [instruction.left, instruction.right]
        : [];
    };
    const isSame = (a: number, b: number) => {
      const [x, y] = [this.instructions[a]!, this.instructions[b]!];
      return a === b || (x.op === 'constant' && y.op === 'constant' && x.value === y.value);
    };
    if ((operator !== 'add' && operator !== 'sub') || this.typeOf(left) !== 'f32') return false;
    return (
      partsOf(left).some((part) => isSame(part, right)) ||
      partsOf(right).some((part) => isSame(part, left))
    );
  }

  #load(name: string, instruction: Instruction & { op: 'load' }, position: number): void {
    const { access, type } = instruction;
    if (access.gather?.size === 0) {
      this.#lines.push(`let ${name} = ${zero(type)};`);
      return;
    }
    const shared = this.#sharedWord(access, position);
    if (shared) {
      this.#lines.push(`let ${name} = ${shared};`);
      return;
    }
    if (isNeverInside(access)) {
      this.#lines.push(`let ${name} = ${zero(type)};`);
      return;
    }
    let element = affine(access.offset, access.strides, this.scope.indices);
    if (access.gather) {
      const { index, size, stride } = access.gather;
      element += ` + clamp(${this.value(index)}, 0, ${size - 1}) * ${stride < 0 ? `(${stride})` : stride}`;
    }
    const packed = elementsPerWord(this.shader.buffers[access.buffer]!.dtype) > 1;
    if (packed) this.#lines.push(`let at_${name} = ${element};`);
    const loaded = loadElement(this.shader, access.buffer, packed ? `at_${name}` : element);
    const condition = inside(access, this.scope.indices);
    if (!condition) {
      this.#lines.push(`let ${name} = ${loaded};`);
      return;
    }
    this.#lines.push(`var ${name} = ${zero(type)};`, `if (${condition}) { ${name} = ${loaded}; }`);
  }

  /** An element of a word that lanes share: where the lanes' elements are neighbours that fill words. */
  #sharedWord(
    { buffer, offset, strides, bounds, gather }: (Instruction & { op: 'load' })['access'],
    position: number,
  ): string | undefined {
    const { lane, indices, suffix = '' } = this.scope;
    const { dtype } = this.shader.buffers[buffer]!;
    const perWord = elementsPerWord(dtype);
    if (!lane || perWord === 1 || lane.count % perWord !== 0) return undefined;
    if (bounds || gather || strides[lane.axis] !== 1) return undefined;
    const aligned = [offset, ...strides.filter((_, axis) => axis !== lane.axis)];
    if (aligned.some((elements) => elements % perWord !== 0)) return undefined;
    const word = Math.floor(lane.number / perWord);
    const key = `${position} ${word}`;
    let name = lane.words.get(key);
    if (!name) {
      name = `word_${position}${suffix}`;
      const at = `(${affine(offset, strides, indices)}) >> ${perWord === 2 ? 1 : 2}u`;
      this.#lines.push(`let ${name} = ${this.shader.buffer(buffer)}[${at}];`);
      lane.words.set(key, name);
    }
    const shift = (lane.number % perWord) * (32 / perWord);
    return decode(this.shader, dtype, name, `${shift}u`);
  }
}

function wordOf(instruction: Instruction): string {
  return 'operator' in instruction ? instruction.operator : instruction.op;
}

/** Statements that take a linear index apart into one i32 per axis: `name0`, `name1`, … */
export function decompose(linear: string, axes: readonly number[], name: string): string[] {
  const lines: string[] = [];
  let rest = linear;
  for (let axis = axes.length - 1; axis > 0; axis--) {
    lines.push(`let ${name}${axis} = i32(${rest} % ${axes[axis]}u);`);
    const next = axis === 1 ? `${name}0` : `${name}_rest${axis}`;
    const quotient = `${rest} / ${axes[axis]}u`;
    lines.push(`let ${next} = ${axis === 1 ? `i32(${quotient})` : quotient};`);
    rest = next;
  }
  if (axes.length === 1) lines.push(`let ${name}0 = i32(${linear});`);
  return lines;
}
