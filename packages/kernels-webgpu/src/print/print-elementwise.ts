import { type Instruction, type LoopKernel, type Store, sizeOf } from '@llm/tensor/backend';
import { gridOf, type KernelPlan, type KernelStep, nothing, type Target } from '../kernel.ts';
import { computesOnCpu } from '../kernels/matmul/choose.ts';
import { affine, storeElements } from './access.ts';
import { elementsPerWord, indent, Shader } from './shader.ts';
import { planStores } from './stores.ts';
import { decompose, type Lane, Values } from './values.ts';

/** Points beyond which workgroups are large. */
const manyPoints = 1 << 15;
/** Points that an invocation takes one after the other where a CPU computes: starting it costs as much as a few. */
const turnsOnCpu = 4;

/** A loop without reductions: a thread per point, or per word of packed outputs. */
export function printElementwise(kernel: LoopKernel, target: Target): KernelPlan {
  if (sizeOf(kernel.axes) === 0) return nothing;
  const ordered = inStoreOrder(kernel);
  const plan = planStores(ordered, (store, lanes) => isRowMajor(ordered, store, lanes));
  const steps = [plan.kernel, ...plan.packing].map((loop, i) =>
    printOne(
      loop,
      i === 0 ? plan.lanes : elementsPerWord(loop.buffers[loop.stores[0]!.buffer]!.dtype),
      target,
    ),
  );
  return { steps, scratchBytes: plan.scratchBytes };
}

function printOne(kernel: LoopKernel, lanes: 1 | 2 | 4, target: Target): KernelStep {
  const { axes, instructions, stores } = kernel;
  const points = sizeOf(axes);
  const threads = Math.ceil(points / lanes);
  const workgroupSize = threads > manyPoints ? 256 : 64;
  const turns = computesOnCpu(target) && threads > manyPoints ? turnsOnCpu : 1;
  const workgroups = gridOf(Math.ceil(threads / workgroupSize / turns), target);
  const shader = new Shader(kernel.name, kernel.buffers);
  const group = `(group.x + group.y * ${workgroups[0]}u)`;
  const isOne = turns === 1;
  const item = `let item = ${isOne ? group : `(${group} * ${turns}u + turn)`} * ${workgroupSize}u + thread;`;
  const lines: string[] = [];
  const values = laneValues(shader, instructions, axes, lanes, points, lines);
  const bodies = stores.flatMap((store) => {
    const names = values.map((lane) => lane.value(store.value));
    const element = affine(store.offset, store.strides, values[0]!.scope.indices);
    const { type } = instructions[store.value]!;
    if (elementsPerWord(kernel.buffers[store.buffer]!.dtype) > 1) {
      return storeElements(shader, store.buffer, element, type, names);
    }
    // Elements of whole words go anywhere, lane by lane; beyond the last point lanes repeat it.
    return names.flatMap((name, lane) => {
      const at = affine(store.offset, store.strides, values[lane]!.scope.indices);
      const scattered = store.scatter && scatterTo(at, store.scatter, values[lane]!);
      const stored = storeElements(shader, store.buffer, scattered?.at ?? at, type, [name]);
      return scattered ? `if (${scattered.condition}) { ${stored.join(' ')} }` : stored;
    });
  });
  const statements = [...lines, ...values.flatMap((lane) => lane.take()), ...bodies].join('\n');
  const head = `// ${kernel.name}: ${lanes === 1 ? 'a point' : `${lanes} neighbouring points`} of [${axes.join(', ')}] a thread`;
  // A way out of the loop would cost lavapipe what the turns gain.
  const body = isOne
    ? `${head}\n${item}\nif (item >= ${threads}u) { return; }\n${statements}`
    : `${head} and turn
for (var turn = 0u; turn < ${turns}u; turn++) {
  ${item}
  if (item < ${threads}u) {
${indent(indent(statements))}
  }
}`;
  return shader.finish(body, workgroupSize, workgroups);
}

/** Where an element goes whose position is computed, and whether it does. */
function scatterTo(
  at: string,
  { index, size, stride }: NonNullable<Store['scatter']>,
  values: Values,
): { at: string; condition: string } {
  const place = values.value(index);
  return { at: `${at} + ${place} * ${stride}`, condition: `${place} >= 0 && ${place} < ${size}` };
}

/** Scopes for the points of a thread; statements for their indices are appended to `lines`. */
function laneValues(
  shader: Shader,
  instructions: readonly Instruction[],
  axes: readonly number[],
  lanes: 1 | 2 | 4,
  points: number,
  lines: string[],
): Values[] {
  const last = axes.length - 1;
  const names = (prefix: string) => axes.map((_, axis) => `${prefix}${axis}`);
  if (lanes === 1) {
    lines.push(...decompose('item', axes, 'i'));
    return [new Values(shader, instructions, { indices: names('i') })];
  }
  const numbers = Array.from({ length: lanes }, (_, number) => number);
  if (axes[last]! % lanes === 0) {
    lines.push(`let first = item * ${lanes}u;`, ...decompose('first', axes, 'i'));
    const words = new Map<string, string>();
    return numbers.map((number) => {
      const lane: Lane = { axis: last, number, count: lanes, words };
      const indices = names('i').with(last, number === 0 ? `i${last}` : `(i${last} + ${number})`);
      return new Values(shader, instructions, { indices, suffix: `_${number}`, lane });
    });
  }
  return numbers.map((number) => {
    const prefix = `p${number}_`;
    const linear = `linear${number}`;
    lines.push(
      `let ${linear} = min(item * ${lanes}u + ${number}u, ${points - 1}u);`,
      ...decompose(linear, axes, prefix),
    );
    return new Values(shader, instructions, { indices: names(prefix), suffix: `_${number}` });
  });
}

/** The same loop with its axes in the order of the first packed output, or of the first output. */
function inStoreOrder(kernel: LoopKernel): LoopKernel {
  const { stores, buffers, axes } = kernel;
  const packed = stores.find(({ buffer }) => elementsPerWord(buffers[buffer]!.dtype) > 1);
  const { strides } = packed ?? stores[0]!;
  const order = axes
    .map((_, axis) => axis)
    .sort((a, b) => Math.abs(strides[b]!) - Math.abs(strides[a]!) || a - b);
  if (order.every((axis, i) => axis === i)) return kernel;
  const pick = <T>(list: readonly T[]) => order.map((axis) => list[axis]!);
  const instructions = kernel.instructions.map((instruction): Instruction => {
    if (instruction.op === 'index') return { ...instruction, strides: pick(instruction.strides) };
    if (instruction.op !== 'load') return instruction;
    const { access } = instruction;
    const bounds = access.bounds?.map((bound) => ({ ...bound, axis: order.indexOf(bound.axis) }));
    return {
      ...instruction,
      access: { ...access, strides: pick(access.strides), ...(bounds && { bounds }) },
    };
  });
  return {
    ...kernel,
    axes: pick(axes),
    instructions,
    stores: stores.map((store) => ({ ...store, strides: pick(store.strides) })),
  };
}

/** Whether the loop's points in order are the store's elements in order, from a word's beginning. */
function isRowMajor({ axes }: LoopKernel, { offset, strides }: Store, lanes: number): boolean {
  let stride = 1;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    if (axes[axis] !== 1 && strides[axis] !== stride) return false;
    stride *= axes[axis]!;
  }
  return offset % lanes === 0;
}
