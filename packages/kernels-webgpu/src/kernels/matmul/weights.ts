/**
 * Quantized matrices as shaders read them; `@llm/tensor` defines their layout: `code · scale (+ offset)`, with the
 * codes of a row in blocks of four words whose places are four neighbouring columns each.
 *
 * @module
 */
import { blockOf, groupsOf, type QuantizedLayout, wordsOf } from '@llm/tensor/backend';
import type { Shader } from '../../print/shader.ts';
import { type FloatStorage, loadFloat, u32 } from '../wgsl.ts';

/** Scales or offsets: a number for each group of a row, [rows, groups]. */
export interface GroupNumbers {
  readonly buffer: number;
  readonly dtype: FloatStorage;
}

/** What makes numbers of codes. */
export interface QuantizedWeights {
  readonly layout: QuantizedLayout;
  readonly scales: GroupNumbers;
  readonly offsets?: GroupNumbers | undefined;
}

/** WGSL that decodes, over the buffers of a shader. */
export interface WeightReader {
  readonly layout: QuantizedLayout;
  /** The scale of a row's group, an f32 expression; both are u32 expressions. */
  scale(row: string, group: string): string;
  /** Its offset; absent where there are none. */
  readonly offset?: ((row: string, group: string) => string) | undefined;
}

/** Brings the buffers of scales and offsets into a shader. */
export function readWeights(
  shader: Shader,
  { layout, scales, offsets }: QuantizedWeights,
): WeightReader {
  const groups = groupsOf(layout);
  const reader = ({ buffer, dtype }: GroupNumbers) => {
    const name = shader.buffer(buffer);
    return (row: string, group: string) =>
      loadFloat(name, dtype, groups === 1 ? row : `(${row}) * ${u32(groups)} + ${group}`);
  };
  return { layout, scale: reader(scales), offset: offsets && reader(offsets) };
}

/** The codes at a place of a block: vec4f of four neighbouring columns. `shift` is the place times the bits, u32. */
export const codesAt = ({ bits }: QuantizedLayout, words: string, shift: string): string =>
  bits === 4
    ? `vec4f((${words} >> vec4u(${shift})) & vec4i(15))`
    : `vec4f((${words} << vec4u(24u - ${shift})) >> vec4u(24u))`;

/** The group of a column, a u32 expression. */
export const groupOf = ({ columns, group }: QuantizedLayout, column: string): string =>
  group >= columns ? '0u' : `(${column}) / ${u32(group)}`;

/** Where an operand's codes lie; an `OperandLoader` is one. */
interface CodeSource {
  /** The buffer's variable. */
  readonly buffer: string;
  /** Number of lines. */
  readonly extent: number;
  readonly inner: number;
  /** Whether the buffer is declared as words of four. */
  readonly aligned: boolean;
}

/** `quadFunction` of a quantized operand, whose base counts words. */
export function quantizedQuad(
  name: string,
  { buffer, extent, inner, aligned }: CodeSource,
  { layout, scale, offset }: WeightReader,
): string {
  const block = blockOf(layout.bits);
  const first = `base + row * ${u32(wordsOf(layout))} + k / ${u32(block)} * 4u`;
  const words = aligned
    ? `${buffer}[(${first}) >> 2u]`
    : `vec4i(${[0, 1, 2, 3].map((i) => `${buffer}[${first} + ${i}u]`).join(', ')})`;
  const codes = codesAt(layout, 'words', `(k % ${u32(block)}) / 4u * ${u32(layout.bits)}`);
  const numbers = `codes * ${scale('row', 'group')}${offset ? ` + ${offset('row', 'group')}` : ''}`;
  return `fn ${name}(base: u32, line: u32, k: u32) -> vec4f {
  if (k >= ${u32(inner)}) { return vec4f(); }
  let row = min(line, ${u32(extent - 1)});
  let words = ${words};
  let codes = ${codes};
  let group = ${groupOf(layout, 'k')};
  let numbers = ${numbers};
  ${inner % 4 === 0 ? 'return numbers;' : `return select(vec4f(), numbers, vec4u(k) + vec4u(0u, 1u, 2u, 3u) < vec4u(${inner}));`}
}`;
}
