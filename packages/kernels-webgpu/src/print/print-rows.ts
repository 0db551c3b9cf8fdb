import { type Instruction, type LoopKernel, sizeOf } from '@llm/tensor/backend';
import { gridOf, type KernelPlan, type KernelStep, nothing, type Target } from '../kernel.ts';
import { affine, storeElements } from './access.ts';
import { type Analysis, analyze } from './analysis.ts';
import { printElementwise } from './print-elementwise.ts';
import { Accumulator, emptyValue } from './reduction.ts';
import { isElementStore, type RowSchedule, scheduleRows } from './row-schedule.ts';
import { indent, Shader } from './shader.ts';
import { splitReduction } from './split-reduction.ts';
import { planStores } from './stores.ts';
import { decompose, type Lane, Values } from './values.ts';

/**
 * A loop that reduces its last axis: a workgroup per row, or a thread per row where rows are short or lie side
 * by side; few long rows in parts, in two kernels.
 */
export function printRows(kernel: LoopKernel, target: Target): KernelPlan {
  const rows = sizeOf(kernel.axes.slice(0, -1));
  if (rows === 0) return nothing;
  if (kernel.axes.at(-1) === 0) return printElementwise(withoutReductions(kernel), target);
  const { isElement } = analyze(kernel);
  const plan = planStores(kernel, (store, lanes) => {
    const [along, ...others] = [...store.strides].reverse();
    return (
      isElementStore(store, isElement) &&
      along === 1 &&
      [kernel.axes.at(-1)!, store.offset, ...others].every((size) => size % lanes === 0)
    );
  });
  const analysis = analyze(plan.kernel);
  const schedule = scheduleRows(plan.kernel, analysis, plan.lanes);
  const packing = plan.packing.flatMap((loop) => printElementwise(loop, target).steps);
  if (schedule.parts === 1) {
    const step = new RowPrinter(plan.kernel, analysis, schedule, plan.lanes, target).print();
    return { steps: [step, ...packing], scratchBytes: plan.scratchBytes };
  }
  const { partial, combining, scratchBytes } = splitReduction(plan.kernel, rows, schedule.parts);
  const first = new RowPrinter(partial, analyze(partial), schedule, 1, target).print();
  const combined = analyze(combining);
  const second = scheduleRows(combining, combined, 1);
  const last = new RowPrinter(
    combining,
    combined,
    { ...second, parts: 1, partLength: schedule.parts },
    1,
    target,
  );
  return {
    steps: [first, last.print(), ...packing],
    scratchBytes: [...plan.scratchBytes, ...scratchBytes],
  };
}

/** Reductions over nothing are constants, and there are no elements to store. */
function withoutReductions(kernel: LoopKernel): LoopKernel {
  const instructions = kernel.instructions.map((instruction): Instruction => {
    if (instruction.op !== 'reduce') return instruction;
    const { type } = kernel.instructions[instruction.operand]!;
    const value = emptyValue({ operator: instruction.operator, type });
    return { op: 'constant', value, type: instruction.type };
  });
  const { isElement } = analyze(kernel);
  const stores = kernel.stores.filter((store) => !isElementStore(store, isElement));
  const axes = stores.length === 0 ? [0] : kernel.axes.with(-1, 1);
  return { ...kernel, reduces: false, axes, instructions, stores };
}

/** Prints one kernel over rows, or over parts of rows. */
class RowPrinter {
  readonly #shader: Shader;
  readonly #lines: string[] = [];
  /** Values that do not vary along the row. */
  readonly #row: Values;
  readonly #last: number;

  constructor(
    readonly kernel: LoopKernel,
    readonly analysis: Analysis,
    readonly schedule: RowSchedule,
    readonly lanes: 1 | 2 | 4,
    readonly target: Target,
  ) {
    this.#last = kernel.axes.length - 1;
    this.#shader = new Shader(kernel.name, kernel.buffers);
    const indices = kernel.axes.map((_, axis) => (axis === this.#last ? '0' : `i${axis}`));
    this.#row = new Values(this.#shader, kernel.instructions, { indices });
  }

  print(): KernelStep {
    const { schedule, kernel } = this;
    const { rows, parts, partLength, length, threadsPerRow } = schedule;
    const units = rows * parts;
    const isShared = threadsPerRow > 1;
    const workgroupSize = isShared ? threadsPerRow : 64;
    const workgroups = gridOf(isShared ? units : Math.ceil(units / 64), this.target);
    const number = `group.x + group.y * ${workgroups[0]}u`;
    this.#lines.push(
      `// ${kernel.name}: a ${isShared ? 'workgroup' : 'thread'} per ${parts > 1 ? 'part of a ' : ''}row; ${rows} rows of ${length}`,
      `let unit = ${isShared ? number : `(${number}) * 64u + thread`};`,
      `if (unit >= ${units}u) { return; }`,
    );
    if (parts > 1) {
      this.#lines.push(
        `let row = unit % ${rows}u;`,
        `let part = i32(unit / ${rows}u);`,
        `let begin = part * ${partLength};`,
        `let end = min(begin + ${partLength}, ${length});`,
      );
    } else {
      this.#lines.push('let row = unit;', 'let begin = 0;', `let end = ${length};`);
    }
    this.#lines.push(...decompose('row', kernel.axes.slice(0, -1), 'i'));
    for (let pass = 0; pass <= this.#lastPass(); pass++) this.#pass(pass);
    this.#rowStores();
    return this.#shader.finish(this.#lines.join('\n'), workgroupSize, workgroups);
  }

  #lastPass(): number {
    const { stores } = this.kernel;
    const { depth, isElement } = this.analysis;
    const depths = [...this.#reductions()].map((position) => depth[position]! - 1);
    for (const store of stores) {
      if (this.#isElementStore(store)) depths.push(depth[store.value]!);
      else if (isElement[store.value]) throw new Error('internal: a store per row of an element');
    }
    return Math.max(-1, ...depths);
  }

  /** Positions of the reductions that are needed. */
  #reductions(): number[] {
    const { used } = this.analysis;
    return this.kernel.instructions.flatMap(({ op }, position) =>
      op === 'reduce' && used[position] ? [position] : [],
    );
  }

  /** Parts are stored once each, though the stride along the parts is not 0. */
  #isElementStore(store: LoopKernel['stores'][number]): boolean {
    return this.schedule.parts === 1 && isElementStore(store, this.analysis.isElement);
  }

  /** One walk along the row: the reductions of this depth; in the last one also the elements' stores. */
  #pass(pass: number): void {
    const { instructions, stores } = this.kernel;
    const { depth } = this.analysis;
    const accumulators = this.#reductions()
      .filter((position) => depth[position] === pass + 1)
      .map((position) => {
        const { operator, operand } = instructions[position] as Instruction & { op: 'reduce' };
        const { type } = instructions[operand]!;
        const name = `${operator}_${position}`;
        return {
          position,
          operand,
          accumulator: new Accumulator(this.#shader, { operator, type }, name),
        };
      });
    const lanes = this.#laneValues();
    const body: string[] = [];
    for (const { operand, accumulator } of accumulators) {
      lanes.forEach((lane) => {
        const value = lane.value(operand);
        body.push(...lane.take(), accumulator.add(value, lane.scope.indices[this.#last]!));
      });
    }
    // Every value before any store: the row may lie in the very buffer that is overwritten.
    const written =
      pass === this.#lastPass() ? stores.filter((store) => this.#isElementStore(store)) : [];
    const statements = written.flatMap((store) => {
      const names = lanes.map((lane) => lane.value(store.value));
      const element = affine(store.offset, store.strides, lanes[0]!.scope.indices);
      return this.#storeLanes(store, element, instructions[store.value]!.type, names);
    });
    body.push(...lanes.flatMap((lane) => lane.take()), ...statements);
    const { threadsPerRow } = this.schedule;
    const step = threadsPerRow * this.lanes;
    const start = threadsPerRow === 1 ? 'begin' : `begin + i32(thread) * ${this.lanes}`;
    this.#lines.push(
      ...this.#row.take(),
      ...accumulators.map(({ accumulator }) => accumulator.declare()),
      `for (var e = ${start}; e < end; e += ${step}) {`,
      indent(body.join('\n')),
      '}',
    );
    for (const { position, accumulator } of accumulators) {
      if (threadsPerRow > 1) this.#lines.push(...accumulator.acrossWorkgroup(threadsPerRow));
      this.#row.define(position, accumulator.result());
    }
  }

  #storeLanes(
    store: LoopKernel['stores'][number],
    element: string,
    type: Instruction['type'],
    names: readonly string[],
  ): string[] {
    const along = store.strides[this.#last]!;
    if (along === 1) return storeElements(this.#shader, store.buffer, element, type, names);
    // Only whole words lie apart.
    return names.flatMap((name, lane) =>
      storeElements(this.#shader, store.buffer, `${element} + ${lane * along}`, type, [name]),
    );
  }

  #laneValues(): Values[] {
    const words = new Map<string, string>();
    const outer = {
      values: this.#row,
      has: (position: number) => !this.analysis.isElement[position],
    };
    return Array.from({ length: this.lanes }, (_, number) => {
      const lane: Lane = { axis: this.#last, number, count: this.lanes, words };
      const index = number === 0 ? 'e' : `(e + ${number})`;
      const indices = this.#row.scope.indices.with(this.#last, index);
      const suffix = this.lanes === 1 ? '' : `_${number}`;
      return new Values(this.#shader, this.kernel.instructions, { indices, suffix, outer, lane });
    });
  }

  /** What is stored once per row, or once per part: by the first thread. */
  #rowStores(): void {
    const stores = this.kernel.stores.filter((store) => !this.#isElementStore(store));
    if (stores.length === 0) return;
    const indices = this.#row.scope.indices.with(this.#last, 'part');
    const statements = stores.flatMap((store) => {
      const value = this.#row.value(store.value);
      const element = affine(store.offset, store.strides, indices);
      const { type } = this.kernel.instructions[store.value]!;
      return storeElements(this.#shader, store.buffer, element, type, [value]);
    });
    this.#lines.push(...this.#row.take());
    if (this.schedule.threadsPerRow === 1) this.#lines.push(...statements);
    else this.#lines.push('if (thread == 0u) {', indent(statements.join('\n')), '}');
  }
}
