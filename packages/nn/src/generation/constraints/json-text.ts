/**
 * The texts of JSON values.
 *
 * @module
 */
import {
  alternatives,
  type CharacterRange,
  characters,
  type Expression,
  literal,
  optional,
  repeat,
  sequence,
  without,
} from './expression.ts';

const quote: CharacterRange = [0x22, 0x22];
const backslash: CharacterRange = [0x5c, 0x5c];
const controls: CharacterRange = [0, 0x1f];
const everything: CharacterRange = [0, 0x10ffff];
const digit = characters([0x30, 0x39]);
const hexadecimal = characters([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]);

const notD = characters([0x30, 0x39], [0x41, 0x43], [0x45, 0x46], [0x61, 0x63], [0x65, 0x66]);

/** Nothing or one space, as models write it behind commas and colons. */
export const space: Expression = optional(literal(' '));

/** Escapes of one character that is no half of a pair. */
const escaped = sequence(
  literal('\\'),
  alternatives(
    characters(...[...'"\\/bfnrt'].map((each): CharacterRange => pointOf(each))),
    sequence(
      literal('u'),
      alternatives(
        // Not d800 to dfff, the halves of pairs.
        sequence(notD, hexadecimal),
        sequence(characters(pointOf('d'), pointOf('D')), characters([0x30, 0x37])),
      ),
      hexadecimal,
      hexadecimal,
    ),
  ),
);

/** One character of a string as JSON writes it: as it stands, or escaped. */
export const stringCharacter: Expression = alternatives(
  characters(...without([everything], [quote, backslash, controls])),
  escaped,
);

/** A string of any characters. */
export function stringText(least: number, most: number): Expression {
  return sequence(literal('"'), repeat(stringCharacter, least, most), literal('"'));
}

/** A whole number of at most 15 digits, which every reader keeps exactly. */
export const integerText: Expression = sequence(
  optional(literal('-')),
  alternatives(literal('0'), sequence(characters([0x31, 0x39]), repeat(digit, 0, 14))),
);

/** A number, finite in double precision. */
export const numberText: Expression = sequence(
  integerText,
  optional(sequence(literal('.'), repeat(digit, 1, 15))),
  optional(
    sequence(
      characters(pointOf('e'), pointOf('E')),
      optional(characters(pointOf('+'), pointOf('-'))),
      repeat(digit, 1, 2),
    ),
  ),
);

/** Items with commas between them, from `least` to `most`. */
export function listText(item: Expression, least: number, most: number): Expression {
  if (most === 0) return sequence();
  const further = repeat(sequence(literal(','), space, item), Math.max(0, least - 1), most - 1);
  const some = sequence(item, further);
  return least === 0 ? optional(some) : some;
}

/** Texts of strings that an expression over characters describes, without quotes: special ones are escaped. */
export function escapedText(expression: Expression): Expression {
  switch (expression.kind) {
    case 'characters': {
      const plain = without(expression.ranges, [quote, backslash, controls]);
      const removed = without(expression.ranges, plain);
      const special = removed.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, i) =>
          literal(JSON.stringify(String.fromCodePoint(first + i)).slice(1, -1)),
        ),
      );
      return alternatives(characters(...plain), ...special);
    }
    case 'sequence':
    case 'alternatives':
      return { ...expression, items: expression.items.map(escapedText) };
    case 'repeat':
      return { ...expression, item: escapedText(expression.item) };
    case 'rule':
      return expression;
  }
}

function pointOf(character: string): CharacterRange {
  const point = character.codePointAt(0)!;
  return [point, point];
}
