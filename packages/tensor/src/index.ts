/**
 * Lazy tensors, autograd, fusion and compiled training steps.
 *
 * @module @llm/tensor
 */
export type * from './backend.ts';
export { type Compiled, type CompileOptions, compile } from './compile.ts';
export * from './creation.ts';
export {
  type Device,
  type DeviceFactory,
  getDevice,
  registerDevice,
  registeredDevices,
  setDefaultDevice,
} from './device.ts';
export { type DType, decode, encode, isFloat, isInteger, type TypedArray } from './dtype.ts';
export * from './functional.ts';
export { grad, valueAndGrad } from './gradient.ts';
export { type DeviceTag, inScope, Node, noGrad, withScope } from './graph.ts';
export type * from './ir/kernel.ts';
export { checkChoice, checkOptions } from './ops/options.ts';
export { type HostDraw, hostBits, hostNormal, hostUniform } from './ops/random-host.ts';
export * from './random.ts';
export type { Shape } from './shape.ts';
export type { Nested } from './show.ts';
export { type Axes, Tensor, type TensorLike } from './tensor.ts';
export { guarded } from './trace.ts';
export { backward, Variable, type VariableOptions } from './variable.ts';
