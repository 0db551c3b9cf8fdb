/** Loads and stores of elements, packed ones among them. */
import type { Access, ComputeType, DType } from '@llm/tensor/backend';
import { narrowBfloat16, narrowFloat16, widenFloat16 } from './library/bits.ts';
import { cast } from './operators.ts';
import { elementsPerWord, type Shader } from './shader.ts';

/** `offset + Σ indices · strides` as a WGSL expression of type i32. */
export function affine(
  offset: number,
  strides: readonly number[],
  indices: readonly string[],
): string {
  const terms = strides.flatMap((stride, axis) => {
    if (stride === 0) return [];
    if (stride === 1) return [indices[axis]!];
    return [`${indices[axis]} * ${stride < 0 ? `(${stride})` : stride}`];
  });
  if (offset !== 0 || terms.length === 0) terms.push(String(offset));
  return terms.join(' + ').replaceAll('+ -', '- ');
}

/** The element of a buffer at an i32 expression, in its compute type. */
export function loadElement(shader: Shader, buffer: number, element: string): string {
  const { dtype } = shader.buffers[buffer]!;
  const name = shader.buffer(buffer);
  const perWord = elementsPerWord(dtype);
  if (perWord === 1) return `${name}[${element}]`;
  const bits = perWord === 2 ? 16 : 8;
  const word = `${name}[(${element}) >> ${perWord === 2 ? 1 : 2}u]`;
  const shift = `(u32(${element}) & ${perWord - 1}u) * ${bits}u`;
  return decode(shader, dtype, word, shift);
}

/** The element that starts at a bit of a word. */
export function decode(shader: Shader, dtype: DType, word: string, shift: string): string {
  switch (dtype) {
    case 'f16':
      return `${shader.call(widenFloat16)}(${word} >> (${shift}))`;
    case 'bf16':
      return `bitcast<f32>((${word} >> (${shift})) << 16u)`;
    case 'u8':
      return `i32((${word} >> (${shift})) & 255u)`;
    case 'i8':
      return `extractBits(bitcast<i32>(${word}), ${shift}, 8u)`;
    case 'bool':
      return `((${word} >> (${shift})) & 255u) != 0u`;
    default:
      return word;
  }
}

/** The zero of a compute type, which loads outside their bounds give. */
export function zero(type: ComputeType): string {
  return { f32: '0.0f', i32: '0i', u32: '0u', bool: 'false' }[type];
}

/** Whether the indices are inside an access's bounds, as a WGSL condition; undefined where it has none. */
export function inside({ bounds }: Access, indices: readonly string[]): string | undefined {
  if (!bounds || bounds.length === 0) return undefined;
  return bounds
    .map(({ axis, low, high }) => `${indices[axis]} >= ${low} && ${indices[axis]} < ${high}`)
    .join(' && ');
}

/**
 * Whether no point of the loop is inside an access's bounds: padding around nothing. Compilers refuse its constant
 * index, which may lie before the buffer, even behind a condition that never holds.
 */
export function isNeverInside({ bounds, offset, strides, gather }: Access): boolean {
  if (!bounds) return false;
  const isConstant = !gather && strides.every((stride) => stride === 0);
  return (isConstant && offset < 0) || bounds.some(({ low, high }) => low >= high);
}

/**
 * Statements that store neighbouring values: as many as make whole words of the buffer.
 *
 * @param element the first one's position, an i32 expression; a multiple of the values' number
 */
export function storeElements(
  shader: Shader,
  buffer: number,
  element: string,
  type: ComputeType,
  values: readonly string[],
): string[] {
  const { dtype } = shader.buffers[buffer]!;
  const name = shader.buffer(buffer);
  const perWord = elementsPerWord(dtype);
  const at = (lane: number) => (lane === 0 ? element : `${element} + ${lane}`);
  if (perWord === 1) {
    return values.map(
      (value, lane) => `${name}[${at(lane)}] = ${cast(shader, type, dtype, value)};`,
    );
  }
  const words = values.length / perWord;
  return Array.from({ length: words }, (_, word) => {
    const lanes = values.slice(word * perWord, (word + 1) * perWord);
    const parts = lanes.map((value, lane) => {
      const bits = encode(shader, dtype, type, value);
      return lane === 0 ? bits : `(${bits} << ${lane * (32 / perWord)}u)`;
    });
    const first = perWord === 2 ? `((${element}) >> 1u)` : `((${element}) >> 2u)`;
    return `${name}[${first}${word === 0 ? '' : ` + ${word}`}] = ${parts.join(' | ')};`;
  });
}

/** A value's stored bits in the low end of a u32. */
function encode(shader: Shader, dtype: DType, type: ComputeType, value: string): string {
  const float = type === 'f32' ? value : `f32(${value})`;
  if (dtype === 'f16') return `${shader.call(narrowFloat16)}(${float})`;
  if (dtype === 'bf16') return `${shader.call(narrowBfloat16)}(${float})`;
  const rounded = cast(shader, type, dtype, value);
  if (dtype === 'bool') return `u32(${rounded})`;
  return dtype === 'i8' ? `(bitcast<u32>(${rounded}) & 255u)` : `u32(${rounded})`;
}
