/**
 * A product's left operand that its shader computes: a norm, whose sum each workgroup (or, on adapters that compute on
 * the CPU, each invocation) adds up for itself.
 *
 * @module
 */
import type { Instruction, LoopKernel, Prologue } from '@llm/tensor/backend';
import { type Analysis, analyze } from './analysis.ts';
import { Accumulator } from './reduction.ts';
import { indent, type Shader } from './shader.ts';
import { Values } from './values.ts';

/** Whether one walk along the rows is enough: what is reduced depends on no other reduction. */
export function isOneWalk(prologue: Prologue): boolean {
  return analysisOf(prologue).depth.every((depth) => depth <= 1);
}

/** Prints the elements of one row of a left operand. */
export class PrologueRow {
  readonly #analysis: Analysis;
  readonly #row: Values;
  #count = 0;

  /**
   * @param row an i32 expression
   * @param name sets names apart from those of other rows
   */
  constructor(
    readonly shader: Shader,
    readonly prologue: Prologue,
    readonly row: string,
    readonly name: string,
  ) {
    this.#analysis = analysisOf(prologue);
    const suffix = `_${name}`;
    this.#row = new Values(shader, prologue.instructions, { indices: [row, '0'], suffix });
  }

  /** Statements that reduce the row. @param threads invocations that share the walk and all take part in it */
  reduce(threads = 1): string[] {
    const { shader, prologue, name } = this;
    const { used } = this.#analysis;
    const found = prologue.instructions.flatMap((instruction, position) => {
      if (instruction.op !== 'reduce' || !used[position]) return [];
      const { operator, operand } = instruction;
      const { type } = prologue.instructions[operand]!;
      const accumulator = new Accumulator(
        shader,
        { operator, type },
        `${operator}_${position}_${name}`,
      );
      return [{ position, operand, accumulator }];
    });
    const elements = this.#elements('e');
    const body = found.flatMap(({ operand, accumulator }) => {
      const value = elements.value(operand);
      return [...elements.take(), accumulator.add(value, 'e')];
    });
    const start = threads === 1 ? '0' : 'i32(thread)';
    const lines = [
      ...this.#row.take(),
      ...found.map(({ accumulator }) => accumulator.declare()),
      `for (var e = ${start}; e < ${prologue.axes[1]}; e += ${threads}) {`,
      indent(body.join('\n')),
      '}',
      ...found.flatMap(({ accumulator }) =>
        threads === 1 ? [] : accumulator.acrossWorkgroup(threads),
      ),
    ];
    for (const { position, accumulator } of found) this.#row.define(position, accumulator.result());
    return lines;
  }

  /** Statements for what is the same along the row, to come before `element`s, after `reduce`. */
  common(): string[] {
    const { isElement, used } = this.#analysis;
    this.prologue.instructions.forEach((_, position) => {
      const isNeeded = used[position] && !isElement[position];
      const { instructions } = this.prologue;
      if (isNeeded && instructions[position]!.op !== 'constant') this.#row.value(position);
    });
    return this.#row.take();
  }

  /** The element at a position, an i32 expression: statements, and then its name. */
  element(position: string): { readonly lines: string[]; readonly value: string } {
    const elements = this.#elements(position);
    const value = elements.value(this.prologue.value);
    return { lines: [...this.#row.take(), ...elements.take()], value };
  }

  #elements(position: string): Values {
    const { isElement } = this.#analysis;
    const outer = { values: this.#row, has: (at: number) => !isElement[at] };
    const suffix = `_${this.name}_${this.#count++}`;
    const indices = [this.row, position];
    return new Values(this.shader, this.prologue.instructions, { indices, suffix, outer });
  }
}

function analysisOf({ axes, instructions, value }: Prologue): Analysis {
  const loop: LoopKernel = {
    ...{ kind: 'loop', name: '', buffers: [], axes, reduces: true },
    instructions: instructions as readonly Instruction[],
    stores: [{ value, buffer: 0, offset: 0, strides: [axes[1], 1] }],
  };
  return analyze(loop);
}
