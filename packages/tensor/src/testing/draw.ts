import { isFloat } from '../dtype.ts';
import type { CaseInput } from '../ops/case.ts';
import { hostNormal, hostUniform } from '../ops/random-host.ts';
import { sizeOf } from '../shape.ts';

/** A 32-bit number for a name, so that every case has its own random values and keeps them. */
export function seedOf(name: string): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}

/** Values of a case's input in row-major order. */
export function drawValues(
  { shape, dtype = 'f32', values = 'normal' }: CaseInput,
  seed: number,
  position: number,
): number[] {
  const count = sizeOf(shape);
  const source = { seed, position, draw: 0 };
  if (typeof values === 'object' && 'below' in values) {
    return [...hostUniform(source, count)].map((u) => Math.floor(u * values.below));
  }
  if (typeof values === 'object') return [...values];
  switch (values) {
    case 'positive':
      return [...hostUniform(source, count)].map((u) => 0.25 + 3.75 * u);
    case 'distinct': {
      const order = [...hostUniform(source, count)].map((u, i) => ({ u, i }));
      order.sort((a, b) => a.u - b.u);
      return order.map(({ i }) => (i - count / 2) * 0.125);
    }
    default:
      if (isFloat(dtype)) return [...hostNormal(source, count)];
      return [...hostUniform(source, count)].map((u) =>
        dtype === 'bool'
          ? Math.floor(u * 2)
          : dtype === 'u8' || dtype === 'u32'
            ? Math.floor(u * 9)
            : Math.floor(u * 17) - 8,
      );
  }
}
