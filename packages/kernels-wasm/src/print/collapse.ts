import type { Access, Instruction, LoopKernel, Store } from '@llm/tensor/backend';

/**
 * The same loop over fewer axes: axes of size 1 go, and neighbours that every access walks as one axis
 * become one. With `reduces` the last axis stays as it is. Reductions over nothing become constants.
 */
export function collapse(kernel: LoopKernel): LoopKernel {
  let current = trimBounds(kernel);
  current = withoutEmptyReductions(current);
  for (let axis = current.axes.length - 1; axis >= 0; axis--) {
    if (current.axes[axis] === 1 && canDrop(current, axis)) current = drop(current, axis);
  }
  const last = current.reduces ? current.axes.length - 2 : current.axes.length - 1;
  for (let axis = last - 1; axis >= 0; axis--) {
    if (canMerge(current, axis)) current = merge(current, axis);
  }
  return current;
}

/** Bounds that the axis satisfies anyway are dropped. */
function trimBounds(kernel: LoopKernel): LoopKernel {
  return mapAccesses(kernel, (access) => {
    const bounds = access.bounds?.filter(
      ({ axis, low, high }) => low > 0 || high < kernel.axes[axis]!,
    );
    return { ...access, bounds: bounds?.length ? bounds : undefined } as Access;
  });
}

function withoutEmptyReductions(kernel: LoopKernel): LoopKernel {
  if (!kernel.reduces || kernel.axes.at(-1) !== 0) return kernel;
  const instructions = kernel.instructions.map((instruction): Instruction => {
    if (instruction.op !== 'reduce') return instruction;
    const operand = kernel.instructions[instruction.operand]!.type;
    return {
      op: 'constant',
      value: emptyReduction(instruction.operator, operand),
      type: instruction.type,
    };
  });
  // What remains is work per row; element-level stores have nothing to store.
  const stores = kernel.stores.filter((store) => store.strides.at(-1) === 0);
  const axes = [...kernel.axes.slice(0, -1), 1];
  return { ...kernel, reduces: false, axes, instructions, stores };
}

function emptyReduction(operator: string, type: string): number {
  if (operator === 'sum') return 0;
  if (operator === 'prod') return 1;
  if (operator === 'argmax' || operator === 'argmin') return 0;
  const isMax = operator === 'max';
  if (type === 'f32') return isMax ? -Infinity : Infinity;
  if (type === 'i32') return isMax ? -(2 ** 31) : 2 ** 31 - 1;
  return isMax ? 0 : -1;
}

function canDrop(kernel: LoopKernel, axis: number): boolean {
  if (kernel.axes.length === 1) return false;
  if (kernel.reduces && axis === kernel.axes.length - 1) return false;
  return !hasBound(kernel, axis);
}

function drop(kernel: LoopKernel, axis: number): LoopKernel {
  const without = (list: readonly number[]) => list.filter((_, other) => other !== axis);
  return renumber(kernel, without, (other) => (other > axis ? other - 1 : other));
}

/** Whether axis and axis + 1 are walked as one axis by everything. */
function canMerge(kernel: LoopKernel, axis: number): boolean {
  if (hasBound(kernel, axis) || hasBound(kernel, axis + 1)) return false;
  const size = kernel.axes[axis + 1]!;
  return everyStrides(kernel).every((strides) => strides[axis] === strides[axis + 1]! * size);
}

function merge(kernel: LoopKernel, axis: number): LoopKernel {
  const size = kernel.axes[axis]! * kernel.axes[axis + 1]!;
  const without = (list: readonly number[]) => list.filter((_, other) => other !== axis);
  const merged = renumber(kernel, without, (other) => (other > axis ? other - 1 : other));
  return { ...merged, axes: merged.axes.map((old, index) => (index === axis ? size : old)) };
}

function hasBound(kernel: LoopKernel, axis: number): boolean {
  return kernel.instructions.some(
    (instruction) =>
      instruction.op === 'load' && instruction.access.bounds?.some((bound) => bound.axis === axis),
  );
}

function everyStrides(kernel: LoopKernel): (readonly number[])[] {
  const strides: (readonly number[])[] = kernel.stores.map((store) => store.strides);
  for (const instruction of kernel.instructions) {
    if (instruction.op === 'load') strides.push(instruction.access.strides);
    else if (instruction.op === 'index') strides.push(instruction.strides);
  }
  return strides;
}

function renumber(
  kernel: LoopKernel,
  lists: (list: readonly number[]) => number[],
  axis: (old: number) => number,
): LoopKernel {
  const renamed = mapAccesses(kernel, (access) => ({
    ...access,
    strides: lists(access.strides),
    ...(access.bounds && {
      bounds: access.bounds.map((bound) => ({ ...bound, axis: axis(bound.axis) })),
    }),
  }));
  const instructions = renamed.instructions.map((instruction) =>
    instruction.op === 'index'
      ? { ...instruction, strides: lists(instruction.strides) }
      : instruction,
  );
  const stores = kernel.stores.map((store): Store => ({ ...store, strides: lists(store.strides) }));
  return { ...renamed, axes: lists(kernel.axes), instructions, stores };
}

function mapAccesses(kernel: LoopKernel, change: (access: Access) => Access): LoopKernel {
  const instructions = kernel.instructions.map((instruction) =>
    instruction.op === 'load'
      ? { ...instruction, access: change(instruction.access) }
      : instruction,
  );
  return { ...kernel, instructions };
}
