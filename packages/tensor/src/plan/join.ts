/**
 * Kernels that do not need one another become one launch. A decoding step is many kernels of microseconds, and what
 * it costs is launching them: queries, keys and values are three products of one vector, their rotations and the
 * cache's updates four loops over a few numbers each.
 *
 * @module
 */
import type { BufferValue, EmittedKernel } from '../fuse/emitted.ts';
import type { Capabilities, Vertex } from '../fuse/vertex.ts';
import type { JointKernel, JointPart, KernelBuffer, SingleKernel } from '../ir/kernel.ts';
import { bytesOf, keyOf } from './place.ts';
import type { EmittedRepeat } from './repeat.ts';

/** What the order of kernels holds: a kernel, or a scan, which is repeated. */
export type Emitted = EmittedKernel | EmittedRepeat;

/** How many kernels further on one is looked for that could be launched earlier. */
const reach = 16;
/** Bytes that a kernel launched earlier may write: they take memory for longer. */
const mostBytes = 1 << 18;

/**
 * Brings later kernels forward to ones that they can be launched with, in an order in which kernels can run.
 *
 * @param overwrites for values that are to be written over a leaf: that leaf
 */
export function joinKernels(
  emitted: readonly Emitted[],
  capabilities: Pick<Capabilities, 'joins'>,
  overwrites: ReadonlyMap<Vertex, Vertex>,
): Emitted[] {
  if (!capabilities.joins) return [...emitted];
  const steps = emitted.map((part) => stepOf(part, overwrites));
  const result: Emitted[] = [];
  const isTaken = steps.map(() => false);
  steps.forEach((first, at) => {
    if (isTaken[at]) return;
    const together = [first];
    const passed: Step[] = []; // what stays between
    for (let i = at + 1; i < Math.min(steps.length, at + reach) && first.kernel; i++) {
      const later = steps[i]!;
      if (isTaken[i]) continue;
      const isFree =
        later.kernel !== undefined &&
        later.bytes <= mostBytes &&
        [...together, ...passed].every((earlier) => !needs(later, earlier));
      const candidate = [...together, later] as readonly SingleStep[];
      if (isFree && capabilities.joins!(joint(candidate).kernel)) {
        together.push(later);
        isTaken[i] = true;
      } else passed.push(later);
    }
    result.push(together.length === 1 ? first.part : joint(together as readonly SingleStep[]));
  });
  return result;
}

/** A part of the order with what it reads and writes. */
interface Step {
  readonly part: Emitted;
  /** Absent where it cannot be joined. */
  readonly kernel: SingleKernel | undefined;
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Bytes of memory that its results take. */
  readonly bytes: number;
  /** Leaves that it writes over. */
  readonly targets: ReadonlySet<string>;
}

interface SingleStep extends Step {
  readonly part: EmittedKernel;
  readonly kernel: SingleKernel;
}

/** Whether a step must come after one before it: it reads what that writes, or writes over what that reads. */
function needs(later: Step, earlier: Step): boolean {
  return overlap(later.reads, earlier.writes) || overlap(later.targets, earlier.reads);
}

function overlap(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const value of some) if (others.has(value)) return true;
  return false;
}

function stepOf(part: Emitted, overwrites: ReadonlyMap<Vertex, Vertex>): Step {
  const kernel = 'kernel' in part && part.kernel.kind !== 'joint' ? part.kernel : undefined;
  const isWritten = (local: number) =>
    'repeat' in part ? part.written.has(local) : part.kernel.buffers[local]!.access === 'write';
  const written = part.values.filter((_, local) => isWritten(local));
  const targets = written.flatMap((value) => {
    const leaf = value.kind === 'output' && overwrites.get(value.vertex);
    return leaf ? [keyOf(leaf, 0)] : [];
  });
  // What is written over a variable takes no memory.
  const bytes = written.reduce((sum, value) => {
    const isTemporary = value.kind === 'output' && !overwrites.has(value.vertex);
    return sum + (isTemporary ? bytesOf(value.vertex, value.output) : 0);
  }, 0);
  return {
    part,
    kernel,
    reads: new Set(part.values.filter((_, local) => !isWritten(local)).map(nameOf)),
    writes: new Set(written.map(nameOf)),
    bytes,
    targets: new Set(targets),
  };
}

function joint(steps: readonly SingleStep[]): EmittedKernel & { readonly kernel: JointKernel } {
  const values: BufferValue[] = [];
  const buffers: KernelBuffer[] = [];
  const numbers = new Map<string, number>();
  const parts = steps.map(({ part, kernel }): JointPart => {
    const locals = part.values.map((value, local) => {
      const buffer = kernel.buffers[local]!;
      const key = `${nameOf(value)} ${buffer.dtype}`; // host scalars have several
      let number = numbers.get(key);
      if (number === undefined) {
        number = values.push(value) - 1;
        buffers.push(buffer);
        numbers.set(key, number);
      }
      return number;
    });
    return { kernel, locals };
  });
  const name = steps.map(({ kernel }) => kernel.name).join(' & ');
  const scope = commonScope(steps.map(({ part }) => part.scope));
  return { kernel: { kind: 'joint', name, buffers, parts }, values, scope };
}

const nameOf = (value: BufferValue): string =>
  value.kind === 'scalars' ? 'scalars' : keyOf(value.vertex, value.output);

/** The module that all are in: `layers.0.self_attn` of its `q_proj` and `k_proj`. */
function commonScope(scopes: readonly string[]): string {
  const paths = scopes.map((scope) => scope.split('.'));
  const end = paths[0]!.findIndex((name, i) => paths.some((path) => path[i] !== name));
  return end < 0 ? scopes[0]! : paths[0]!.slice(0, end).join('.');
}
