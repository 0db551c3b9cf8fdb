import type { Access, Instruction, LoopKernel, Store } from '../ir/kernel.ts';

type Space = Pick<LoopKernel, 'axes' | 'instructions' | 'stores' | 'reduces'>;

/**
 * The same loop over as few axes as possible: axes of size 1 go, and neighbours merge where every access
 * walks through them as through one. The reduced axis stays by itself.
 */
export function collapse(space: Space): Space {
  let current = select(space, keptAxes(space));
  for (let axis = current.axes.length - 2; axis >= 0; axis--) {
    const isReduced = current.reduces && axis + 1 === current.axes.length - 1;
    if (!isReduced && canMerge(current, axis)) current = merge(current, axis);
  }
  return current;
}

/** Axes that cannot be dropped: the reduced one, those with more than one position, and at least one for rows. */
function keptAxes({ axes, reduces, instructions }: Space): number[] {
  const last = axes.length - 1;
  const isKept = (axis: number) =>
    axes[axis] !== 1 || (reduces && axis === last) || isBounded(instructions, axis);
  const all = axes.map((_, axis) => axis);
  const spare = all.find((axis) => !isKept(axis));
  const kept = all.filter(isKept);
  const wanted = reduces ? 2 : 1;
  return kept.length < wanted && spare !== undefined
    ? all.filter((axis) => isKept(axis) || axis === spare)
    : kept;
}

function isBounded(instructions: readonly Instruction[], axis: number): boolean {
  return instructions.some(
    (instruction) =>
      instruction.op === 'load' && instruction.access.bounds?.some((bound) => bound.axis === axis),
  );
}

/** Every list of strides in the space. */
function allStrides({ instructions, stores }: Space): (readonly number[])[] {
  const loads = instructions.flatMap((instruction) => {
    if (instruction.op === 'load') return [instruction.access.strides];
    return instruction.op === 'index' ? [instruction.strides] : [];
  });
  return [...loads, ...stores.map(({ strides }) => strides)];
}

function canMerge(space: Space, axis: number): boolean {
  if (isBounded(space.instructions, axis) || isBounded(space.instructions, axis + 1)) return false;
  const inner = space.axes[axis + 1]!;
  return allStrides(space).every((strides) => strides[axis] === strides[axis + 1]! * inner);
}

function merge(space: Space, axis: number): Space {
  const kept = space.axes.map((_, i) => i).filter((i) => i !== axis);
  const merged = select(space, kept);
  const axes = [...merged.axes];
  axes[axis] = space.axes[axis]! * space.axes[axis + 1]!;
  return { ...merged, axes };
}

function select(space: Space, kept: readonly number[]): Space {
  const pick = (values: readonly number[]) => kept.map((axis) => values[axis]!);
  const access = (old: Access): Access => ({
    ...old,
    strides: pick(old.strides),
    ...(old.bounds && {
      bounds: old.bounds.map((bound) => ({ ...bound, axis: kept.indexOf(bound.axis) })),
    }),
  });
  return {
    reduces: space.reduces,
    axes: pick(space.axes),
    instructions: space.instructions.map((instruction): Instruction => {
      if (instruction.op === 'load') return { ...instruction, access: access(instruction.access) };
      if (instruction.op === 'index') return { ...instruction, strides: pick(instruction.strides) };
      return instruction;
    }),
    stores: space.stores.map((store): Store => ({ ...store, strides: pick(store.strides) })),
  };
}
