/**
 * The kernel IR: what the compiler hands to a backend, and what both printers (WebAssembly, WGSL) read.
 *
 * A kernel names its buffers by small local numbers: `kernel.buffers[local]` says what each one is,
 * and whoever runs the kernel binds them. Two kernels with equal `kernelKey` are the same code.
 *
 * @module
 */
import type { DType } from '../dtype.ts';
import { structuralKey } from '../key.ts';
import type { QuantizedLayout } from './quantized.ts';

/** A kernel of one of three kinds, or several that are launched together. */
export type Kernel = SingleKernel | JointKernel;

/** A kernel of one of three kinds. */
export type SingleKernel = LoopKernel | MatmulKernel | CoarseKernel;

/** A buffer as a kernel sees it. */
export interface KernelBuffer {
  readonly dtype: DType;
  /** Elements that the kernel may touch: the extent of the whole buffer. */
  readonly size: number;
  readonly access: 'read' | 'write';
}

/** The type in which an instruction computes; f16 and bf16 become f32 when loaded, small integers i32. */
export type ComputeType = 'f32' | 'i32' | 'u32' | 'bool';

/** Operations with one operand. Float functions take f32; `neg`, `abs`, `sign` also i32; `not` bool and integers. */
export type UnaryOperator =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'rsqrt'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'erf'
  | 'sigmoid'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'trunc'
  | 'isnan'
  | 'not';

/**
 * Operations with two operands of one compute type. Comparisons give bool; `and`, `or`, `xor` take bool
 * or integers; shifts take u32 or i32 (arithmetic right shift for i32). `mod` has the sign of the divisor,
 * as in Python; integer `div` floors; division by integer zero gives 0. `maximum` and `minimum` propagate NaN.
 */
export type BinaryOperator =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'mod'
  | 'pow'
  | 'maximum'
  | 'minimum'
  | 'equal'
  | 'notEqual'
  | 'less'
  | 'lessEqual'
  | 'and'
  | 'or'
  | 'xor'
  | 'shiftLeft'
  | 'shiftRight';

/** Ways to combine elements along an axis. argmax and argmin give the first position, as i32; NaN wins. */
export type ReduceOperator = 'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin';

/**
 * The element of a buffer at a point of the index space:
 * `offset + Σ index[axis] · strides[axis] (+ gathered index · stride)`.
 */
export interface Access {
  /** Local number of the buffer. */
  readonly buffer: number;
  readonly offset: number;
  /** One stride, in elements, per axis of the kernel's index space; negative for flips, 0 for broadcasts. */
  readonly strides: readonly number[];
  /** Where present, outside `low ≤ index[axis] < high` the load gives 0 (false) and touches no memory. */
  readonly bounds?: readonly Bound[];
  /** Where present, adds `clamp(value, 0, size - 1) · stride`, `value` an i32 instruction. */
  readonly gather?: { readonly index: number; readonly size: number; readonly stride: number };
}

/** A condition on one loop index. */
export interface Bound {
  readonly axis: number;
  readonly low: number;
  readonly high: number;
}

/** One step of an expression; operands are positions in the instruction list, always earlier ones. */
export type Instruction =
  | { readonly op: 'load'; readonly access: Access; readonly type: ComputeType }
  | { readonly op: 'constant'; readonly value: number; readonly type: ComputeType }
  /** `offset + Σ index[axis] · strides[axis]` as i32. */
  | {
      readonly op: 'index';
      readonly offset: number;
      readonly strides: readonly number[];
      readonly type: 'i32';
    }
  | {
      readonly op: 'unary';
      readonly operator: UnaryOperator;
      readonly operand: number;
      readonly type: ComputeType;
    }
  | {
      readonly op: 'binary';
      readonly operator: BinaryOperator;
      readonly left: number;
      readonly right: number;
      readonly type: ComputeType;
    }
  | {
      readonly op: 'where';
      readonly condition: number;
      readonly yes: number;
      readonly no: number;
      readonly type: ComputeType;
    }
  /** Conversion to `to`, rounding to its precision (f16, bf16) or saturating (integers; NaN gives 0). */
  | {
      readonly op: 'cast';
      readonly operand: number;
      readonly to: DType;
      readonly type: ComputeType;
    }
  /** The same 32 bits read as another type (f32, i32, u32). */
  | { readonly op: 'bitcast'; readonly operand: number; readonly type: ComputeType }
  /** First word of Threefry 2×32 (20 rounds) with key (seed, position) and counter (0, index); all u32. */
  | {
      readonly op: 'threefry';
      readonly seed: number;
      readonly position: number;
      readonly index: number;
      readonly type: 'u32';
    }
  /** Combines `operand` along the reduced axis; a value per row. Only in loop kernels with `reduces`. */
  | {
      readonly op: 'reduce';
      readonly operator: ReduceOperator;
      readonly operand: number;
      readonly type: ComputeType;
    }
  /** The contraction's result at this point, or that of the second product. Only in a matmul's epilogue. */
  | { readonly op: 'accumulator'; readonly type: 'f32'; readonly second?: true };

/** Writes a value; the dtype of the buffer says how it is rounded. */
export interface Store {
  /** Position of the stored instruction. */
  readonly value: number;
  readonly buffer: number;
  readonly offset: number;
  /** One per axis. With `reduces`, a store whose last stride is 0 happens once per row. */
  readonly strides: readonly number[];
  /**
   * Where present, adds `value · stride`, `value` an i32 instruction; outside `0 ≤ value < size` nothing is stored. The
   * buffer keeps what lies elsewhere in it. Of one store at most, in a loop without `reduces`, for backends with `scatters`.
   */
  readonly scatter?: { readonly index: number; readonly size: number; readonly stride: number };
}

/**
 * A loop over an index space: an elementwise expression, or a row-wise group.
 *
 * With `reduces` the last axis is reduced. Instructions then live on two levels: per row (they depend on
 * no index of the last axis, or on it only through reductions) and per element. Several reductions may
 * follow one another (softmax: max, then sum of exponentials); element-level instructions that use a
 * reduction's result form a later pass over the row.
 */
export interface LoopKernel {
  readonly kind: 'loop';
  readonly name: string;
  readonly buffers: readonly KernelBuffer[];
  /** Sizes of the index space, outermost first; never empty. */
  readonly axes: readonly number[];
  readonly reduces: boolean;
  readonly instructions: readonly Instruction[];
  readonly stores: readonly Store[];
}

/** A matrix operand: element (batch…, i, j) at `offset + Σ batch·batchStrides + i·rowStride + j·columnStride`. */
export interface MatrixAccess {
  readonly buffer: number;
  readonly offset: number;
  readonly batchStrides: readonly number[];
  readonly rowStride: number;
  readonly columnStride: number;
  /** Where present, the buffer holds codes; see `QuantizedOperand`. */
  readonly quantized?: QuantizedOperand;
}

/**
 * What makes numbers of a right operand's codes. The buffer of the operand holds [columns, words], its scales and
 * offsets (by their local numbers) hold [columns, groups]: a row of codes is a column of the operand. Its strides are
 * those of words. Only for backends with `readsQuantized`.
 */
export interface QuantizedOperand {
  readonly layout: QuantizedLayout;
  readonly scales: number;
  readonly offsets?: number;
}

/** The local numbers of the buffers that a matrix operand is read from. */
export function buffersOf({ buffer, quantized }: MatrixAccess): readonly number[] {
  if (!quantized) return [buffer];
  const { scales, offsets } = quantized;
  return [buffer, scales, ...(offsets === undefined ? [] : [offsets])];
}

/**
 * A matrix that a kernel computes where it needs it, instead of reading it: as a loop with `reduces` over `axes` would,
 * a value per element.
 */
export interface Prologue {
  /** Rows, of all matrices of the batch, and the inner size. */
  readonly axes: readonly [rows: number, inner: number];
  readonly instructions: readonly Instruction[];
  /** Position of the instruction that is the element. */
  readonly value: number;
}

/**
 * `out[b, i, j] = epilogue(Σ_k left[b, i, k] · right[b, k, j])`, accumulated in f32.
 *
 * The epilogue's index space is `[...batch, rows, columns]`; without instructions the sum itself is stored.
 */
export interface MatmulKernel {
  readonly kind: 'matmul';
  readonly name: string;
  readonly buffers: readonly KernelBuffer[];
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly left: MatrixAccess;
  /** Where present, the left operand is its values, row-major, and no buffer (-1). Only for backends with `prologues`. */
  readonly prologue?: Prologue;
  readonly right: MatrixAccess;
  /**
   * Of a second product with the same left operand, laid out as `right` is in a buffer of its own or in the same one;
   * the epilogue takes both. Only for backends with `pairs`.
   */
  readonly second?: MatrixAccess;
  readonly epilogue: readonly Instruction[];
  readonly stores: readonly Store[];
}

/** An operation that a backend implements by a template of its own; inputs and outputs are row-major. */
export interface CoarseKernel {
  readonly kind: 'coarse';
  readonly name: string;
  /** Name of the operation, such as `cumsum` or `attention`. */
  readonly operation: string;
  readonly attributes: unknown;
  /** Inputs, then outputs. */
  readonly buffers: readonly KernelBuffer[];
  readonly inputs: readonly CoarseOperand[];
  readonly outputs: readonly CoarseOperand[];
}

/** One input or output of a coarse kernel. */
export interface CoarseOperand {
  readonly buffer: number;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Strides in elements; row-major unless the backend said that it takes strided inputs. */
  readonly strides: readonly number[];
}

/**
 * Kernels that do not need one another, launched as one: the projections of an attention, the writes of a cache. Only
 * for backends with `joins`.
 */
export interface JointKernel {
  readonly kind: 'joint';
  readonly name: string;
  /** The parts' buffers, those of several parts once. */
  readonly buffers: readonly KernelBuffer[];
  readonly parts: readonly JointPart[];
}

/** A kernel of a joint one. */
export interface JointPart {
  readonly kernel: SingleKernel;
  /** For each buffer of `kernel`, its number among those of the joint kernel. */
  readonly locals: readonly number[];
}

/** What makes two kernels the same code: everything but the name. */
export function kernelKey(kernel: Kernel): string {
  if (kernel.kind !== 'joint') return structuralKey({ ...kernel, name: '' });
  const parts = kernel.parts.map(({ kernel: part, locals }) => [kernelKey(part), locals]);
  return `joint ${structuralKey([kernel.buffers, parts])}`;
}

/** The kernels that a kernel is made of: the parts of a joint one, or itself. */
export function partsOf(kernel: Kernel): readonly SingleKernel[] {
  return kernel.kind === 'joint' ? kernel.parts.map((part) => part.kernel) : [kernel];
}
