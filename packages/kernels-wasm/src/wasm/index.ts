/**
 * A small WebAssembly assembler: kernels are printed by it at run time, without toolchain or `eval`.
 *
 * Expressions (`i32.add(pointer, 16)`, `f32x4.mul(a, b)`) are recipes, statements go through the
 * function builder:
 *
 * ```ts
 * const module = new ModuleBuilder(target);
 * module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
 *   const x = f.let(i32.load(args, 0)); // address of the first buffer
 *   f.for(begin, end, 1, (chunk) => {
 *     const at = f.let(i32.add(x, i32.mul(chunk, 16)));
 *     f.emit(v128.store(at, f32x4.sqrt(v128.load(at))));
 *   });
 * });
 * const bytes = module.finish();
 * ```
 */
export {
  Expression,
  type F32,
  type F64,
  type I32,
  Local,
  type Operand,
  type V128,
  type ValueType,
} from './expression.ts';
export { hasRelaxedSimd, hasSharedMemory, RELAXED_SIMD_FLAG } from './features.ts';
export {
  FunctionBuilder,
  type FunctionHandle,
  type Label,
  type ParameterLocals,
  type Parameters,
} from './function-builder.ts';
export { MAXIMUM_PAGES, ModuleBuilder } from './module-builder.ts';
export { f32, f64, i32 } from './scalar.ts';
export type { Target } from './target.ts';
export { f32x4, f64x2, i8x16, i16x8, i32x4, v128 } from './vector.ts';
