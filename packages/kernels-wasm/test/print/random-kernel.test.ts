import type { Access, DType, Instruction, LoopKernel, Store } from '@llm/tensor/backend';
import fc from 'fast-check';
import { it } from 'vitest';
import { check } from './run.ts';

const runs = process.env.LLM_TEST_FULL ? 3000 : 200;
const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);

const drawn = fc.record({
  axes: fc.array(fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 17, 33), { minLength: 2, maxLength: 3 }),
  reduces: fc.boolean(),
  loads: fc.array(
    fc.record({
      dtype: fc.constantFrom<DType>('f32', 'f16', 'bf16', 'i8', 'u8', 'bool'),
      /** Which axes are walked, in which order, and which backwards. */
      order: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
      broadcast: fc.nat(7),
      flip: fc.nat(7),
      bound: fc.option(fc.record({ axis: fc.nat(2), low: fc.nat(3), high: fc.nat(20) })),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  steps: fc.array(fc.record({ kind: fc.nat(9), left: fc.nat(30), right: fc.nat(30) }), {
    minLength: 1,
    maxLength: 12,
  }),
  outputs: fc.array(fc.record({ value: fc.nat(30), dtype: fc.constantFrom<DType>('f32', 'f16') }), {
    minLength: 1,
    maxLength: 2,
  }),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

/** An access that walks the axes in some order, leaving some out. */
function accessOf(axes: readonly number[], load: Drawn['loads'][number], buffer: number) {
  const strides = axes.map(() => 0);
  let stride = 1;
  let offset = 0;
  const order = [...axes.keys()].sort((a, b) => load.order[a]! - load.order[b]! || b - a);
  for (const axis of order) {
    if ((load.broadcast >> axis) & 1) continue;
    const backwards = (load.flip >> axis) & 1;
    strides[axis] = backwards ? -stride : stride;
    if (backwards) offset += (axes[axis]! - 1) * stride;
    stride *= axes[axis]!;
  }
  const { bound } = load;
  const bounds = bound && bound.axis < axes.length ? [bound] : undefined;
  const access: Access = { buffer, offset, strides, ...(bounds && { bounds }) };
  return { access, size: stride };
}

/** A kernel whose values stay small integers or halves of them, so that every result is exact. */
function build(program: Drawn): { kernel: LoopKernel; inputs: Record<number, number[]> } {
  const { axes, reduces } = program;
  const last = axes.length - 1;
  const instructions: Instruction[] = [];
  const buffers: LoopKernel['buffers'][number][] = [];
  const inputs: Record<number, number[]> = {};
  /** f32 values, and whether each varies along the last axis. */
  const values: { at: number; element: boolean }[] = [];
  program.loads.forEach((load, i) => {
    const { access, size } = accessOf(axes, load, i);
    buffers.push({ dtype: load.dtype, size, access: 'read' });
    inputs[i] = Array.from({ length: size }, (_, j) =>
      load.dtype === 'bool' ? j % 2 : (j * 7) % 5,
    );
    const type =
      load.dtype === 'bool' ? 'bool' : load.dtype === 'i8' || load.dtype === 'u8' ? 'i32' : 'f32';
    instructions.push({ op: 'load', access, type });
    if (type !== 'f32') {
      instructions.push({ op: 'cast', operand: instructions.length - 1, to: 'f32', type: 'f32' });
    }
    const varies = access.strides[last] !== 0 || access.bounds?.some(({ axis }) => axis === last);
    values.push({ at: instructions.length - 1, element: varies === true });
  });
  const clampTo = (at: number): number => {
    // Back into −8 … 8.
    instructions.push({ op: 'constant', value: 8, type: 'f32' });
    const limit = instructions.length - 1;
    instructions.push({ op: 'binary', operator: 'minimum', left: at, right: limit, type: 'f32' });
    instructions.push({ op: 'unary', operator: 'neg', operand: limit, type: 'f32' });
    const [a, b] = [instructions.length - 2, instructions.length - 1];
    instructions.push({ op: 'binary', operator: 'maximum', left: a, right: b, type: 'f32' });
    return instructions.length - 1;
  };
  for (const { kind, left, right } of program.steps) {
    const a = values[left % values.length]!;
    const b = values[right % values.length]!;
    const element = a.element || b.element;
    if (kind < 4) {
      const operator = (['add', 'sub', 'maximum', 'minimum'] as const)[kind]!;
      instructions.push({ op: 'binary', operator, left: a.at, right: b.at, type: 'f32' });
      values.push({ at: clampTo(instructions.length - 1), element });
    } else if (kind === 4) {
      instructions.push({ op: 'binary', operator: 'less', left: a.at, right: b.at, type: 'bool' });
      const condition = instructions.length - 1;
      instructions.push({ op: 'where', condition, yes: a.at, no: b.at, type: 'f32' });
      values.push({ at: instructions.length - 1, element });
    } else if (kind === 5) {
      const strides = axes.map((_, axis) => (axis === left % axes.length ? 1 : 0));
      instructions.push({ op: 'index', offset: -2, strides, type: 'i32' });
      instructions.push({ op: 'cast', operand: instructions.length - 1, to: 'f32', type: 'f32' });
      values.push({ at: clampTo(instructions.length - 1), element: strides[last] === 1 });
    } else if (reduces) {
      const operator = (['sum', 'max', 'min', 'argmax'] as const)[kind - 6]!;
      const type = operator === 'argmax' ? 'i32' : 'f32';
      instructions.push({ op: 'reduce', operator, operand: a.at, type });
      if (type === 'i32') {
        instructions.push({ op: 'cast', operand: instructions.length - 1, to: 'f32', type: 'f32' });
      }
      values.push({ at: clampTo(instructions.length - 1), element: false });
    }
  }
  const stores = program.outputs.map(({ value, dtype }): Store => {
    const chosen = values[value % values.length]!;
    const perRow = reduces && !chosen.element && value % 2 === 0;
    const sizes = perRow ? axes.slice(0, -1) : axes;
    buffers.push({ dtype, size: product(sizes), access: 'write' });
    const strides = axes.map((_, axis) =>
      axis < sizes.length ? product(sizes.slice(axis + 1)) : 0,
    );
    return { value: chosen.at, buffer: buffers.length - 1, offset: 0, strides };
  });
  const kernel: LoopKernel = {
    kind: 'loop',
    name: 'random',
    buffers,
    axes,
    reduces,
    instructions,
    stores,
  };
  return { kernel, inputs };
}

it('random kernels give exactly what the interpreter gives', () => {
  fc.assert(
    fc.property(drawn, (program) => {
      const { kernel, inputs } = build(program);
      check(kernel, inputs);
    }),
    { numRuns: runs },
  );
});
