import {
  type CharSet,
  complement,
  DIGIT,
  intersection,
  property,
  range,
  single,
  union,
  WHITE_SPACE,
  WORD,
} from './char-set.ts';
import type { CharacterReader } from './character-reader.ts';

/** Classes inside classes; more is no pattern that anybody wrote. */
const MAX_DEPTH = 20;

const CONTROLS: Readonly<Record<string, number>> = {
  t: 0x09,
  n: 0x0a,
  v: 0x0b,
  f: 0x0c,
  r: 0x0d,
  a: 0x07,
  e: 0x1b,
};

const HEX_DIGIT = union([range(0x30, 0x39), range(0x41, 0x46), range(0x61, 0x66)]);

/**
 * Parses a class such as `[^\p{L}a-z&&[^x]]`, after its bracket.
 *
 * @param reader - Stands behind `[`; afterwards behind `]`.
 * @throws PatternError naming what is malformed or not supported.
 */
export function parseClass(reader: CharacterReader, depth = 0): CharSet {
  if (depth > MAX_DEPTH) throw reader.error('nests classes too deeply');
  const negated = reader.take('^');
  let parts: CharSet[] = [];
  let common: CharSet | undefined;
  const combined = (): CharSet => {
    const set = union(parts);
    return common === undefined ? set : intersection(common, set);
  };
  for (let first = true; ; first = false) {
    if (reader.take(']')) {
      // A bracket at the beginning stands for itself.
      if (!first) break;
      parts.push(single(0x5d));
    } else if (reader.take('&&')) {
      common = combined();
      parts = [];
    } else if (reader.take('[:')) {
      throw reader.error('uses a POSIX bracket such as [:alpha:]; write \\p{Alpha}');
    } else if (reader.take('[')) {
      parts.push(parseClass(reader, depth + 1));
    } else {
      parts.push(parseItem(reader));
    }
  }
  return negated ? complement(combined()) : combined();
}

/** One character, one range, or one escaped set. */
function parseItem(reader: CharacterReader): CharSet {
  const start = parseEnd(reader);
  if (typeof start === 'function') return start;
  // A hyphen before the closing bracket stands for itself.
  if (reader.takeMatch(/-(?!\])/u) === undefined) return single(start);
  const end = parseEnd(reader);
  if (typeof end === 'function') {
    // As in Oniguruma: `[a-\d]` has the hyphen as it stands.
    return union([single(start), single(0x2d), end]);
  }
  if (end < start) throw reader.error('has a range whose end comes before its start');
  return range(start, end);
}

function parseEnd(reader: CharacterReader): number | CharSet {
  const character = reader.next();
  return character === '\\' ? parseEscapeItem(reader) : character.codePointAt(0)!;
}

/**
 * The set that an escape stands for.
 *
 * @param reader - Stands behind the backslash.
 */
export function parseEscapedSet(reader: CharacterReader): CharSet {
  const item = parseEscapeItem(reader);
  return typeof item === 'number' ? single(item) : item;
}

function parseEscapeItem(reader: CharacterReader): number | CharSet {
  const named = reader.takeMatch(/([pP])\{(\^?)([^}]*)\}/u);
  if (named !== undefined) {
    const [, letter, caret, name] = named;
    const set = readProperty(reader, name!);
    return (letter === 'P') !== (caret === '^') ? complement(set) : set;
  }
  const hex =
    reader.takeMatch(/x\{([\da-fA-F]{1,6})\}/u) ??
    reader.takeMatch(/x([\da-fA-F]{1,2})/u) ??
    reader.takeMatch(/u([\da-fA-F]{4})/u);
  if (hex !== undefined) {
    const codePoint = Number.parseInt(hex[1]!, 16);
    if (codePoint <= 0x10ffff) return codePoint;
    throw reader.error(`names the character ${hex[0]}, which does not exist`);
  }
  const character = reader.next();
  const control = CONTROLS[character];
  if (control !== undefined) return control;
  switch (character) {
    case 's':
      return WHITE_SPACE;
    case 'S':
      return complement(WHITE_SPACE);
    case 'w':
      return WORD;
    case 'W':
      return complement(WORD);
    case 'd':
      return DIGIT;
    case 'D':
      return complement(DIGIT);
    case 'h':
      return HEX_DIGIT;
    case 'H':
      return complement(HEX_DIGIT);
  }
  if (/[A-Za-z0-9]/.test(character)) {
    throw reader.error(`uses \\${character}, which is not supported`);
  }
  return character.codePointAt(0)!;
}

function readProperty(reader: CharacterReader, name: string): CharSet {
  try {
    return property(name);
  } catch {
    throw reader.error(`names the Unicode property ${JSON.stringify(name)}, which is not known`);
  }
}
