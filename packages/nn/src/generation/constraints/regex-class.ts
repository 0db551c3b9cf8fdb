/**
 * Sets of characters in regular expressions.
 *
 * @module
 */
import { type CharacterRange, characters, type Expression, without } from './expression.ts';

/** All characters. */
export const everyCharacter: readonly CharacterRange[] = [[0, 0x10ffff]];

/** A set of characters. */
export class CharacterClass {
  constructor(readonly ranges: readonly CharacterRange[]) {}

  /** The class of the ranges. */
  whole(): Expression {
    return characters(...this.ranges);
  }

  /** All other characters. */
  get complement(): CharacterClass {
    return new CharacterClass(without(everyCharacter, this.ranges));
  }

  /** The only character, if there is one. */
  get single(): number | undefined {
    const [first] = this.ranges;
    return this.ranges.length === 1 && first![0] === first![1] ? first![0] : undefined;
  }
}

const of = (...ranges: readonly CharacterRange[]) => new CharacterClass(ranges);
const one = (point: number) => of([point, point]);
const digits = of([0x30, 0x39]);
const word = of([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const space = of(
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
);
const lineEnds = of([0x0a, 0x0a], [0x0d, 0x0d], [0x2028, 0x2029]);

const named: Readonly<Record<string, CharacterClass>> = {
  d: digits,
  D: digits.complement,
  w: word,
  W: word.complement,
  s: space,
  S: space.complement,
  t: one(0x09),
  n: one(0x0a),
  v: one(0x0b),
  f: one(0x0c),
  r: one(0x0d),
  0: one(0),
};

/** A set of characters that stood in an expression, and the place behind it. */
export interface Read {
  readonly found: CharacterClass;
  readonly end: number;
}

/** Any character that does not end a line. */
export const notLineEnd = lineEnds.complement;

/** Reads what stands behind a backslash. @throws Error saying what is not supported */
export function readEscaped(points: readonly string[], at: number): Read {
  const letter = points[at];
  if (letter === undefined) throw new Error('ends with a backslash');
  const known = Object.hasOwn(named, letter) ? named[letter] : undefined;
  if (known && !(letter === '0' && /\d/.test(points[at + 1] ?? ''))) {
    return { found: known, end: at + 1 };
  }
  if (letter === 'x' || letter === 'u') return readCode(points, at);
  if (/[\dkbBpPc]/.test(letter)) {
    throw new Error(
      `has \\${letter}: references, boundaries and properties of characters are not supported`,
    );
  }
  if (/[A-Za-z]/.test(letter)) throw new Error(`has \\${letter}, which is no escape`);
  return { found: one(letter.codePointAt(0)!), end: at + 1 };
}

/** `\xHH`, `\uHHHH` or `\u{H…}` behind the backslash. */
function readCode(points: readonly string[], at: number): Read {
  const rest = points.slice(at, at + 12).join('');
  const found = /^(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]{1,6})\})/i.exec(rest);
  const point = found ? Number.parseInt((found[1] ?? found[2] ?? found[3])!, 16) : -1;
  if (!found || point > 0x10ffff) throw new Error(`has \\${points[at]} without its number`);
  return { found: one(point), end: at + found[0].length };
}

/** Reads a class in brackets, of which the first is behind. @throws Error saying what is wrong */
export function readClass(points: readonly string[], start: number): Read {
  let at = start;
  const isComplement = points[at] === '^';
  if (isComplement) at++;
  const ranges: CharacterRange[] = [];
  while (points[at] !== ']') {
    const first = readMember(points, at);
    at = first.end;
    const isRange = points[at] === '-' && points[at + 1] !== ']' && points[at + 1] !== undefined;
    if (!isRange) {
      ranges.push(...first.found.ranges);
      continue;
    }
    const last = readMember(points, at + 1);
    const [from, to] = [first.found.single, last.found.single];
    if (from === undefined || to === undefined || from > to) {
      throw new Error('has a range of characters whose ends are not in order');
    }
    ranges.push([from, to]);
    at = last.end;
  }
  const found = new CharacterClass(ranges);
  return { found: isComplement ? found.complement : found, end: at + 1 };
}

function readMember(points: readonly string[], at: number): Read {
  const next = points[at];
  if (next === undefined) throw new Error('has a bracket that is not closed');
  if (next === '\\' && points[at + 1] === 'b') return { found: one(0x08), end: at + 2 };
  if (next === '\\') return readEscaped(points, at + 1);
  return { found: one(next.codePointAt(0)!), end: at + 1 };
}
