/** A text that is equal for structurally equal values; keeps apart what JSON confuses (NaN, ±∞, −0, undefined). */
export function structuralKey(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'number' && (!Number.isFinite(part) || Object.is(part, -0))) {
      return `number:${Object.is(part, -0) ? '-0' : part}`;
    }
    return part === undefined ? 'undefined:' : part;
  });
}
