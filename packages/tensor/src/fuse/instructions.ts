import type { Access, ComputeType, Instruction } from '../ir/kernel.ts';
import { structuralKey } from '../key.ts';

/** A list of instructions in which equal ones appear once. */
export class InstructionList {
  readonly items: Instruction[] = [];
  readonly #known = new Map<string, number>();

  /** The position of an instruction, appended if it is new. */
  add(instruction: Instruction): number {
    const key = structuralKey(instruction);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.items.push(instruction);
    this.#known.set(key, this.items.length - 1);
    return this.items.length - 1;
  }

  /** The type of the value at a position. */
  typeOf(position: number): ComputeType {
    return this.items[position]!.type;
  }

  /** A constant. */
  constant(value: number, type: ComputeType): number {
    return this.add({ op: 'constant', value, type });
  }

  /** A load. */
  load(access: Access, type: ComputeType): number {
    return this.add({ op: 'load', access, type });
  }

  /** The value as `type`; nothing happens where it has that type already. */
  convert(position: number, type: ComputeType): number {
    if (this.typeOf(position) === type) return position;
    return this.add({ op: 'cast', operand: position, to: type, type });
  }
}
