/**
 * Lazy tensors, autograd, fusion and compiled training steps.
 *
 * @module @llm/tensor
 */
export * from './backend/interface.ts';
export { BackendDevice, type BackendDeviceOptions } from './backend-device.ts';
export { type Compiled, type CompileOptions, compile, type TracedGraph } from './compile.ts';
export * from './creation.ts';
export { defineOp, type OpDefinition, type OpGradient } from './define-op.ts';
export {
  type CompiledGraph,
  type Device,
  type DeviceFactory,
  type GraphValues,
  getDevice,
  registerDevice,
  registeredDevices,
  setDefaultDevice,
} from './device.ts';
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
  promote,
  roundTo,
  storedBytes,
  type TypedArray,
  toBfloat16Bits,
  toFloat16Bits,
} from './dtype.ts';
export { explain } from './explain-function.ts';
export * from './functional.ts';
export { grad, gradientsOf, valueAndGrad } from './gradient.ts';
export {
  apply,
  applyMultiple,
  type DeviceTag,
  type GradientContext,
  inScope,
  Node,
  noGrad,
  type Op,
  type OpKind,
  type Spec,
  type Storage,
  withScope,
} from './graph.ts';
export * from './ir/kernel.ts';
export type { Index } from './ops/indexing.ts';
export { checkChoice, checkOptions } from './ops/options.ts';
export type { RandomSource } from './ops/random.ts';
export { type HostDraw, hostBits, hostNormal, hostUniform } from './ops/random-host.ts';
export { type PendingBudget, setPendingBudget } from './pending.ts';
export { type Binding, type Graph, type Lowered, type LowerOptions, lower } from './plan/lower.ts';
export * from './random.ts';
export { realize } from './realize.ts';
export { rematerialize } from './rematerialize.ts';
export { type ScanBody, scan } from './scan.ts';
export { scope } from './scope.ts';
export { contiguousStrides, type Shape, sizeOf } from './shape.ts';
export type { Nested } from './show.ts';
export { type Axes, operand, Tensor, type TensorLike } from './tensor.ts';
export { TensorHandle } from './tensor-handle.ts';
export { guarded } from './trace.ts';
export { backward, Variable, type VariableOptions } from './variable.ts';
