/**
 * Lazy tensors, autograd, fusion and compiled training steps.
 *
 * What backends need lies in `@llm/tensor/backend`.
 *
 * @module @llm/tensor
 */

export { autocast, type HalfType } from './autocast.ts';
export { BackendDevice, type BackendDeviceOptions } from './backend-device.ts';
export { become } from './become.ts';
export { type Compiled, type CompileOptions, compile } from './compile.ts';
export * from './creation.ts';
export { defineOp, type OpDefinition, type OpGradient } from './define-op.ts';
export {
  type Device,
  type DeviceFactory,
  getDevice,
  type PlanMemory,
  registerDevice,
  registeredDevices,
  setDefaultDevice,
} from './device.ts';
export { bufferOfTensor, tensorOfBuffer } from './device-buffer.ts';
export { type DType, dtypes, isFloat, isInteger, promote, type TypedArray } from './dtype.ts';
export { explain } from './explain-function.ts';
export * from './functional.ts';
export { grad, gradientsOf, valueAndGrad } from './gradient.ts';
export { type DeviceTag, inScope, noGrad, type Spec, withScope } from './graph.ts';
export { groupsOf, type QuantizedLayout, wordsOf } from './ir/quantized.ts';
export type { Index } from './ops/indexing.ts';
export { checkChoice, checkOptions } from './ops/options.ts';
export { type HostDraw, hostBits, hostNormal, hostUniform } from './ops/random-host.ts';
export { type PendingBudget, setPendingBudget } from './pending.ts';
export { type KernelProfile, Profile } from './profile.ts';
export { profile } from './profile-function.ts';
export * from './random.ts';
export { realize } from './realize.ts';
export { rematerialize } from './rematerialize.ts';
export { type ScanOptions, type ScanStep, scan } from './scan/scan.ts';
export { scope } from './scope.ts';
export type { Shape } from './shape.ts';
export type { Nested } from './show.ts';
export { type Axes, Tensor, type TensorLike } from './tensor.ts';
export type { TensorHandle } from './tensor-handle.ts';
export { toDevice } from './to-device.ts';
export { guarded } from './trace.ts';
export type { TracedGraph } from './traced-program.ts';
export { backward, type QuantizedMatrix, Variable, type VariableOptions } from './variable.ts';
export { VariableSnapshot } from './variable-snapshot.ts';
export type { WgslContext, WgslKernel } from './wgsl-kernel.ts';
