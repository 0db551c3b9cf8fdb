import type { Plan, PlanStep } from './backend/interface.ts';
import { byteSize } from './dtype.ts';
import { type Kernel, type LoopKernel, partsOf } from './ir/kernel.ts';
import type { Lowered } from './plan/lowered.ts';
import { sizeOf } from './shape.ts';

/** Work of one kernel, counted from its description. */
interface KernelWork {
  /** Bytes that have to move at least: each buffer it touches, once. */
  readonly bytes: number;
  /** Floating-point operations; a function such as `exp` counts as one. */
  readonly operations: number;
}

/** Counts the work of a kernel. */
function workOf(kernel: Kernel): KernelWork {
  if (kernel.kind === 'joint') {
    const operations = partsOf(kernel).reduce((sum, part) => sum + workOf(part).operations, 0);
    return { bytes: bytesOf(kernel), operations };
  }
  const bytes = bytesOf(kernel);
  if (kernel.kind === 'matmul') {
    const points = sizeOf(kernel.batch) * kernel.rows * kernel.columns;
    const perPoint = (kernel.second ? 4 : 2) * kernel.inner + countArithmetic(kernel.epilogue);
    const { prologue } = kernel;
    const before = prologue ? sizeOf(prologue.axes) * countArithmetic(prologue.instructions) : 0;
    return { bytes, operations: points * perPoint + before };
  }
  if (kernel.kind === 'loop') {
    return { bytes, operations: sizeOf(kernel.axes) * countArithmetic(kernel.instructions) };
  }
  return { bytes, operations: 0 };
}

const bytesOf = ({ buffers }: Kernel): number =>
  buffers.reduce((sum, { dtype, size }) => sum + byteSize(dtype) * size, 0);

/** Work of a step that runs `count` times, each time on its parts of the buffers. */
function workOfStep({ kernel, parts }: PlanStep, count: number): KernelWork {
  const { operations } = workOf(kernel);
  const bytes = kernel.buffers.reduce(
    (sum, { dtype, size }, i) => sum + (parts?.[i]?.bytes ?? byteSize(dtype) * size),
    0,
  );
  return { bytes: count * bytes, operations: count * operations };
}

function countArithmetic(instructions: LoopKernel['instructions']): number {
  return instructions.filter(({ op }) => op === 'unary' || op === 'binary' || op === 'reduce')
    .length;
}

/** How often each step of a plan runs. */
function countsOf({ steps, repeats }: Plan): number[] {
  return steps.map(
    (_, step) => repeats?.find(({ first, end }) => first <= step && step < end)?.count ?? 1,
  );
}

/** Work of each step of a plan, all of its runs together. */
export function worksOf(plan: Plan): KernelWork[] {
  const counts = countsOf(plan);
  return plan.steps.map((step, i) => workOfStep(step, counts[i]!));
}

/** A table of a plan's kernels, with totals and the memory it takes. */
export function explainPlan({ plan, liveBytes, freshBytes }: Lowered): string {
  const counts = countsOf(plan);
  const works = worksOf(plan);
  const rows = plan.steps.map(({ kernel, scope }, i) => {
    const { bytes, operations } = works[i]!;
    return [
      kernel.kind,
      kernel.name,
      counts[i] === 1 ? spaceOf(kernel) : `${counts[i]} times ${spaceOf(kernel)}`,
      formatBytes(bytes),
      formatCount(operations),
      scope,
    ];
  });
  const total = (part: keyof KernelWork) => works.reduce((sum, work) => sum + work[part], 0);
  return [
    table([['kind', 'kernel', 'space', 'moves', 'operations', 'scope'], ...rows]),
    '',
    `${plan.steps.length} kernels, ${formatBytes(total('bytes'))} moved, ${formatCount(total('operations'))} operations`,
    `temporaries ${formatBytes(plan.arenaBytes)} (live at once ${formatBytes(liveBytes)}), outputs ${formatBytes(freshBytes.reduce((a, b) => a + b, 0))}`,
  ].join('\n');
}

function spaceOf(kernel: Kernel): string {
  if (kernel.kind === 'joint') return kernel.parts.map((part) => spaceOf(part.kernel)).join(' & ');
  if (kernel.kind === 'matmul') {
    const batch = kernel.batch.length > 0 ? `${sizeOf(kernel.batch)}×` : '';
    return `${batch}[${kernel.rows}×${kernel.inner}]·[${kernel.inner}×${kernel.columns}]`;
  }
  if (kernel.kind === 'coarse') return kernel.inputs.map(({ shape }) => `[${shape}]`).join(' ');
  return `[${kernel.axes.join(', ')}]${kernel.reduces ? ' by row' : ''}`;
}

/** Rows as lines of text, their columns side by side. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Bytes for people: `12.3 MB`. */
export function formatBytes(bytes: number): string {
  return formatScaled(bytes, ['B', 'kB', 'MB', 'GB']);
}

function formatCount(count: number): string {
  return formatScaled(count, ['', 'k', 'M', 'G', 'T']);
}

function formatScaled(value: number, units: readonly string[]): string {
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 || scaled >= 100 ? 0 : 1;
  return `${scaled.toFixed(digits)} ${units[unit]}`.trim();
}
