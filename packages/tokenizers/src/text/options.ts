export { checkOptions } from '../options.ts';

/**
 * Checks a number among options.
 *
 * @param operation - What was called, for the message.
 * @param name - The option.
 * @param value - What the caller gave.
 * @param least - The smallest value allowed.
 * @param most - The largest value allowed.
 * @param whole - Whether only whole numbers are allowed.
 * @returns The value.
 * @throws RangeError with what was given and what is allowed.
 */
export function checkNumber(
  operation: string,
  name: string,
  value: number,
  least: number,
  most = Number.POSITIVE_INFINITY,
  whole = false,
): number {
  if (
    typeof value !== 'number' ||
    !(value >= least && value <= most) ||
    (whole && !Number.isInteger(value) && value !== Number.POSITIVE_INFINITY)
  ) {
    const kind = whole ? 'a whole number' : 'a number';
    throw new RangeError(
      `${operation}: ${name} must be ${kind} in [${least}, ${most}], got ${value}`,
    );
  }
  return value;
}

/** Checks a share: a number in [0, 1]. @throws RangeError if it is none. */
export function checkShare(operation: string, name: string, value: number): number {
  return checkNumber(operation, name, value, 0, 1);
}

/** Checks a text. @throws TypeError naming what came instead. */
export function checkText(operation: string, text: unknown): asserts text is string {
  if (typeof text !== 'string') {
    throw new TypeError(
      `${operation}: the text must be a string, got ${text === null ? 'null' : typeof text}`,
    );
  }
}
