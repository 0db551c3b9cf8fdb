/**
 * Products of few rows that compute their left operand: a norm before the projections of a decoding step becomes part
 * of each of them, and takes no launch. Every workgroup computes it anew, which is little beside reading its part of
 * the matrix.
 *
 * @module
 */
import type { BufferValue, EmittedKernel } from '../fuse/emitted.ts';
import type { Capabilities, Vertex } from '../fuse/vertex.ts';
import {
  buffersOf,
  type Instruction,
  type KernelBuffer,
  type LoopKernel,
  type MatmulKernel,
  type MatrixAccess,
  type QuantizedOperand,
} from '../ir/kernel.ts';
import { contiguousStrides, sizeOf } from '../shape.ts';
import type { Emitted } from './join.ts';

/** An emitted product. */
interface Product extends EmittedKernel {
  readonly kernel: MatmulKernel;
}

/**
 * Folds kernels by rows into the products that they are for, where nothing else reads what they compute.
 *
 * @param roots values that the caller gets
 */
export function foldPrologues(
  emitted: readonly Emitted[],
  capabilities: Pick<Capabilities, 'prologues' | 'takesPrologue'>,
  roots: ReadonlySet<Vertex>,
): Emitted[] {
  if (!capabilities.prologues) return [...emitted];
  const result: (Emitted | undefined)[] = [...emitted];
  emitted.forEach((part, at) => {
    const value = singleResult(part);
    if (!value || roots.has(value.vertex)) return;
    const loop = part as EmittedKernel & { readonly kernel: LoopKernel };
    const folded = new Map<number, Product>();
    for (let i = at + 1; i < result.length; i++) {
      const reader = result[i];
      if (!reader?.values.some((other) => isSame(other, value))) continue;
      const product = isProduct(reader) ? fold(loop, reader, value) : undefined;
      if (!product || !takes(capabilities, product.kernel)) return;
      folded.set(i, product);
    }
    for (const [i, product] of folded) result[i] = product;
    if (folded.size > 0) result[at] = undefined;
  });
  return result.filter((part) => part !== undefined);
}

function takes(
  device: Pick<Capabilities, 'prologues' | 'takesPrologue'>,
  kernel: MatmulKernel,
): boolean {
  const { batch, rows, inner } = kernel;
  return device.prologues!(sizeOf([...batch, rows]), inner) && device.takesPrologue!(kernel);
}

type Output = BufferValue & { readonly kind: 'output' };

/** What a kernel by rows computes, if it is one f32 matrix. */
function singleResult(part: Emitted): Output | undefined {
  if ('repeat' in part || part.kernel.kind !== 'loop') return undefined;
  const { reduces, stores, axes, buffers } = part.kernel;
  const [store, ...others] = stores;
  const isMatrix =
    reduces &&
    others.length === 0 &&
    axes.length === 2 &&
    store!.strides[1] === 1 &&
    (axes[0] === 1 || store!.strides[0] === axes[1]) &&
    store!.offset === 0 &&
    buffers[store!.buffer]!.dtype === 'f32';
  const value = part.values[store!.buffer]!;
  return isMatrix && value.kind === 'output' ? value : undefined;
}

const isProduct = (part: Emitted): part is Product =>
  'kernel' in part && part.kernel.kind === 'matmul';

/** The product with the loop as its prologue; undefined where it uses the loop's result otherwise. */
function fold(
  loop: EmittedKernel & { readonly kernel: LoopKernel },
  product: Product,
  value: Output,
): Product | undefined {
  const { kernel } = product;
  const { left, right, second, epilogue, batch, rows, inner } = kernel;
  const local = product.values.findIndex((other) => isSame(other, value));
  const isElsewhere =
    [right, second].some((operand) => operand && buffersOf(operand).includes(local)) ||
    epilogue.some((each) => each.op === 'load' && each.access.buffer === local);
  const [count, length] = loop.kernel.axes as [number, number];
  if (kernel.prologue || left.buffer !== local || isElsewhere || left.offset !== 0)
    return undefined;
  if (length !== inner || count !== sizeOf([...batch, rows])) return undefined;
  // Not transposed, nor one matrix for all: what the prologue gives is row-major.
  const wanted = contiguousStrides([...batch, rows, inner]);
  const strides = [...left.batchStrides, left.rowStride, left.columnStride];
  const sizes = [...batch, rows, inner];
  if (!strides.every((stride, axis) => sizes[axis] === 1 || stride === wanted[axis]))
    return undefined;

  const values: BufferValue[] = [];
  const buffers: KernelBuffer[] = [];
  const add = (other: BufferValue, buffer: KernelBuffer) => {
    const known = values.findIndex(
      (each, i) => isSame(each, other) && buffers[i]!.dtype === buffer.dtype,
    );
    if (known >= 0) return known;
    buffers.push(buffer);
    return values.push(other) - 1;
  };
  const own = product.values.map((other, i) => (i === local ? -1 : add(other, kernel.buffers[i]!)));
  const result = loop.kernel.stores[0]!;
  const taken = loop.values.map((other, i) =>
    i === result.buffer ? -1 : add(other, loop.kernel.buffers[i]!),
  );
  const move = (instructions: readonly Instruction[], numbers: readonly number[]) =>
    instructions.map(
      (each): Instruction =>
        each.op === 'load'
          ? { ...each, access: { ...each.access, buffer: numbers[each.access.buffer]! } }
          : each,
    );
  const moved = <T extends { readonly buffer: number }>(access: T): T => ({
    ...access,
    buffer: own[access.buffer]!,
  });
  const movedMatrix = ({ quantized, ...access }: MatrixAccess): MatrixAccess => ({
    ...moved(access),
    ...(quantized && { quantized: movedParts(quantized) }),
  });
  const movedParts = ({ layout, scales, offsets }: QuantizedOperand): QuantizedOperand => ({
    layout,
    scales: own[scales]!,
    ...(offsets !== undefined && { offsets: own[offsets]! }),
  });
  return {
    ...product,
    values,
    kernel: {
      ...kernel,
      name: `${loop.kernel.name}→${kernel.name}`,
      buffers,
      left: moved(left),
      right: movedMatrix(right),
      ...(second && { second: movedMatrix(second) }),
      epilogue: move(epilogue, own),
      stores: kernel.stores.map(moved),
      prologue: {
        axes: [count, length],
        instructions: move(loop.kernel.instructions, taken),
        value: result.value,
      },
    },
  };
}

function isSame(a: BufferValue, b: BufferValue): boolean {
  if (a.kind === 'scalars' || b.kind === 'scalars') return a.kind === b.kind;
  return a.vertex === b.vertex && a.output === b.output;
}
