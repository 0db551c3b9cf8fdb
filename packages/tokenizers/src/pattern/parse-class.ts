import type { CharacterReader } from './character-reader.ts';

/** Classes inside classes; more is no pattern that anybody wrote. */
const MAX_DEPTH = 20;

/** Letters that stand for control characters behind a backslash, and those characters. */
const CONTROL_LETTERS = 'tnvfrae';
const CONTROLS = '\t\n\v\f\r\x07\x1b';

/** What escapes mean in Oniguruma, in JavaScript's syntax; large letters mean what is not in them. */
const ESCAPED_SETS: Readonly<Record<string, string>> = {
  s: String.raw`\p{White_Space}`,
  w: String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`,
  d: String.raw`\p{Nd}`,
  h: '[0-9A-Fa-f]',
};

/**
 * Parses a class such as `[^\p{L}a-z&&[^x]]`, after its bracket.
 *
 * @param reader - Stands behind `[`; afterwards behind `]`.
 * @returns The class in JavaScript's syntax with the flag `v`.
 * @throws PatternError naming what is malformed or not supported.
 */
export function parseClass(reader: CharacterReader, depth = 0): string {
  if (depth > MAX_DEPTH) throw reader.error('nests classes too deeply');
  let source = reader.take('^') ? '[^[' : '[[';
  for (let first = true; ; first = false) {
    if (reader.take(']')) {
      if (!first) return `${source}]]`;
      // A bracket at the beginning stands for itself.
      source += literal(']');
    } else if (reader.take('&&')) {
      source += ']&&[';
    } else if (reader.take('[:')) {
      throw reader.error('uses a POSIX bracket such as [:alpha:]; write \\p{Alpha}');
    } else {
      source += reader.take('[') ? parseClass(reader, depth + 1) : parseItem(reader);
    }
  }
}

/** A code point as it stands in a class, whatever it would mean there. */
export function literal(character: number | string): string {
  const codePoint = typeof character === 'number' ? character : character.codePointAt(0)!;
  return `\\u{${codePoint.toString(16)}}`;
}

/** One character, one range, or one escaped set. */
function parseItem(reader: CharacterReader): string {
  const start = parseEnd(reader);
  // A hyphen before the closing bracket stands for itself.
  if (typeof start === 'string' || !reader.takeMatch(/-(?!\])/uy)) return sourceOf(start);
  const end = parseEnd(reader);
  // As in Oniguruma: `[a-\d]` has the hyphen as it stands.
  if (typeof end === 'string') return literal(start) + literal('-') + end;
  if (end < start) throw reader.error('has a range whose end comes before its start');
  return `${literal(start)}-${literal(end)}`;
}

function sourceOf(item: number | string): string {
  return typeof item === 'number' ? literal(item) : item;
}

function parseEnd(reader: CharacterReader): number | string {
  const character = reader.next();
  return character === '\\' ? parseEscapeItem(reader) : character.codePointAt(0)!;
}

/**
 * The class that an escape stands for, in JavaScript's syntax.
 *
 * @param reader - Stands behind the backslash.
 */
export function parseEscape(reader: CharacterReader): string {
  return sourceOf(parseEscapeItem(reader));
}

/** A code point, or a class. */
function parseEscapeItem(reader: CharacterReader): number | string {
  const named = reader.takeMatch(/([pP])\{(\^?)([^}]*)\}/uy);
  if (named) {
    const [, letter, caret, name] = named;
    const set = readProperty(reader, name!);
    return (letter === 'P') !== (caret === '^') ? `[^${set}]` : set;
  }
  const hex = reader.takeMatch(/(?:x\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{1,2})|u([\da-fA-F]{4}))/uy);
  if (hex) {
    const codePoint = Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16);
    if (codePoint <= 0x10ffff) return codePoint;
    throw reader.error(`names the character ${hex[0]}, which does not exist`);
  }
  const character = reader.next();
  const control = CONTROL_LETTERS.indexOf(character);
  if (control >= 0) return CONTROLS.charCodeAt(control);
  const set = ESCAPED_SETS[character.toLowerCase()];
  if (set !== undefined) return set === ESCAPED_SETS[character] ? set : `[^${set}]`;
  if (/[A-Za-z0-9]/.test(character)) {
    throw reader.error(`uses \\${character}, which is not supported`);
  }
  return character.codePointAt(0)!;
}

/** A Unicode property; names of categories, scripts and binary properties in any case, as Oniguruma takes them. */
function readProperty(reader: CharacterReader, name: string): string {
  const small = name.toLowerCase();
  for (const spelled of [name, small, small.replace(/^./, (first) => first.toUpperCase())]) {
    for (const source of [`\\p{${spelled}}`, `\\p{Script=${spelled}}`]) {
      try {
        // Without the flag `v`, there are no properties of more than one character.
        new RegExp(source, 'u');
        return source;
      } catch {
        // The next one, or none.
      }
    }
  }
  throw reader.error(`names the Unicode property ${JSON.stringify(name)}, which is not known`);
}
