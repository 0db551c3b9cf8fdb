/**
 * Small pieces of WGSL that the templates share.
 *
 * @module
 */
import type { DType } from '@llm/tensor/backend';
import type { KernelStep } from '../kernel.ts';

/** Storage types of float buffers. */
export type FloatStorage = 'f32' | 'f16' | 'bf16';

/** Whether a dtype is stored floats. */
export function isFloatStorage(dtype: DType): dtype is FloatStorage {
  return dtype === 'f32' || dtype === 'f16' || dtype === 'bf16';
}

/** Product of sizes. */
export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** A whole number as a literal of type u32; negative ones wrap around, as u32 arithmetic does. */
export const u32 = (value: number): string => `${value >>> 0}u`;

/** A number as a literal of type f32, exactly. */
export function f32(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`f32: WGSL has no literal for ${value}`);
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** `Σ indices[i] · strides[i]`, without the terms that are 0. */
export function dot(indices: readonly string[], strides: readonly number[]): string {
  const terms = indices.flatMap((index, axis) => {
    const stride = strides[axis]!;
    if (stride === 0) return [];
    return [stride === 1 ? index : `${index} * ${u32(stride)}`];
  });
  return terms.length > 0 ? terms.join(' + ') : '0u';
}

/**
 * Takes `number` apart into digits, the last radix the fastest: declarations of `names`, one per radix.
 * The first digit is not reduced.
 */
export function digits(
  number: string,
  radices: readonly number[],
  names: readonly string[],
): string {
  return radices
    .map((radix, axis) => {
      const below = product(radices.slice(axis + 1));
      const quotient = below === 1 ? number : `${number} / ${u32(below)}`;
      const value = radix === 1 ? '0u' : axis === 0 ? quotient : `(${quotient}) % ${u32(radix)}`;
      return `let ${names[axis]} = ${value};`;
    })
    .join('\n');
}

/** The f32 at `index`, a name or something as cheap, of a buffer of stored floats. */
export function loadFloat(buffer: string, dtype: FloatStorage, index: string): string {
  if (dtype === 'f32') return `${buffer}[${index}]`;
  const word = `${buffer}[(${index}) >> 1u]`;
  if (dtype === 'f16') return `unpack2x16float(${word})[(${index}) & 1u]`;
  return `bitcast<f32>((${word} >> (((${index}) & 1u) << 4u)) << 16u)`;
}

/**
 * Four neighbouring f32 of a buffer that is declared as `quadType`, the first at an index that is a
 * multiple of 4; `quad` is that index over 4.
 */
export function loadQuad(buffer: string, dtype: FloatStorage, quad: string): string {
  const words = `${buffer}[${quad}]`;
  switch (dtype) {
    case 'f32':
      return words;
    case 'f16':
      return `vec4f(unpack2x16float(${words}.x), unpack2x16float(${words}.y))`;
    case 'bf16':
      return `bitcast<vec4f>(vec4u(${words}.x << 16u, ${words}.x & 0xffff0000u, ${words}.y << 16u, ${words}.y & 0xffff0000u))`;
  }
}

/** The type of a buffer that is read four floats at a time. */
export const quadType = (dtype: FloatStorage): string =>
  dtype === 'f32' ? 'array<vec4f>' : 'array<vec2u>';

/** The step with other types for some of its buffers, by name. */
export function retype(step: KernelStep, types: ReadonlyMap<string, string>): KernelStep {
  const bindings = step.kernel.bindings.map((binding) => ({
    ...binding,
    type: types.get(binding.name) ?? binding.type,
  }));
  return { ...step, kernel: { ...step.kernel, bindings } };
}
