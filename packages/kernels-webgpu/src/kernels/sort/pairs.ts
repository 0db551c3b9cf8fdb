import { type CoarseOperand, computeType } from '@llm/tensor/backend';
import { loadElement } from '../../print/access.ts';
import { isNan } from '../../print/library/bits.ts';
import type { Shader } from '../../print/shader.ts';
import { u32 } from '../wgsl.ts';

/**
 * What is sorted: pairs of an unsigned key and the element's position in its row. No two pairs of a row are
 * equal, so any sort of them is stable.
 */
export const pairType = 'vec2u';

/** A pair that comes after all others. */
export const lastPair = 'vec2u(0xffffffffu)';

/** Whether one pair comes before another. */
export const pairBefore = {
  name: 'before',
  code: /* wgsl */ `
fn before(a: vec2u, b: vec2u) -> bool {
  return a.x < b.x || (a.x == b.x && a.y < b.y);
}`,
};

/** Declares `key(at: i32) -> u32`, the key of an element of the input; its index comes without the offset. */
export type DeclareKey = (shader: Shader, input: CoarseOperand) => void;

/**
 * Keys that order as the elements do: NaN the largest, as in PyTorch, and -0 equal to 0. Negative floats
 * order backwards: all their bits are flipped, else the sign alone.
 */
export const orderedKey =
  (descending: boolean): DeclareKey =>
  (shader, { buffer, offset, dtype }) => {
    const value = loadElement(shader, buffer, `at + ${offset}`);
    const type = computeType(dtype);
    const key = {
      f32: () => `let bits = bitcast<u32>(value);
  let flipped = select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
  let ordered = select(select(flipped, 0x80000000u, bits == 0x80000000u), 0xffffffffu, ${shader.call(isNan)}(value));`,
      i32: () => 'let ordered = bitcast<u32>(value) ^ 0x80000000u;',
      u32: () => 'let ordered = value;',
      bool: () => 'let ordered = u32(value);',
    }[type]();
    shader.declare(`fn key(at: i32) -> u32 {
  let value = ${value};
  ${key}
  return ${descending ? '~ordered' : 'ordered'};
}`);
  };

/** Keys that are the elements, integers, clamped to [0, size). */
export const clampedKey =
  (size: number): DeclareKey =>
  (shader, { buffer, offset, dtype }) => {
    const value = loadElement(shader, buffer, `at + ${offset}`);
    const clamped =
      computeType(dtype) === 'u32'
        ? `min(${value}, ${u32(size - 1)})`
        : `u32(clamp(${value}, 0, ${size - 1}))`;
    shader.declare(`fn key(at: i32) -> u32 { return ${clamped}; }`);
  };
