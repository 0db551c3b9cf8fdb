/**
 * What a backend needs: the interface to the compiler, the kernel IR that it prints, and how values are stored.
 *
 * @module @llm/tensor/backend
 */

export type { CompiledGraph, Device, GraphValues } from '../device.ts';
export {
  byteSize,
  computeType,
  type DType,
  decode,
  dtypes,
  encode,
  fromBfloat16Bits,
  fromFloat16Bits,
  isFloat,
  isInteger,
  roundTo,
  storedBytes,
  type TypedArray,
  toBfloat16Bits,
  toFloat16Bits,
} from '../dtype.ts';
export {
  apply,
  applyMultiple,
  type DeviceTag,
  type GradientContext,
  Node,
  type Op,
  type OpKind,
  type Spec,
  type Storage,
} from '../graph.ts';
export * from '../ir/attention.ts';
export * from '../ir/kernel.ts';
export { operandsOf } from '../ir/operands.ts';
export { blockOf, groupsOf, type QuantizedLayout, wordsOf } from '../ir/quantized.ts';
export type { RandomSource } from '../ops/random.ts';
export { type LowerOptions, lower } from '../plan/lower.ts';
export type { Binding, Graph, Lowered } from '../plan/lowered.ts';
export { contiguousStrides, type Shape, sizeOf } from '../shape.ts';
export { WgslCall, wgslOperation } from '../wgsl-call.ts';
export { checkWgslName } from '../wgsl-kernel.ts';
export * from './interface.ts';
