import { type CharSet, charSet, complement } from './char-set.ts';
import { CharacterReader } from './character-reader.ts';
import { alternatives, assertion, one, type PatternNode, sequence } from './nodes.ts';
import { literal, parseClass, parseEscape } from './parse-class.ts';
import { readRepeat } from './parse-repeat.ts';
import type { Side } from './program.ts';

/** Groups inside groups; more is no pattern that anybody wrote. */
const MAX_DEPTH = 50;

const NEWLINE = charSet('\\n', false);
const NOTHING = charSet('[]', false);

/**
 * Parses a pattern in Oniguruma's Ruby syntax, which is what the Rust library reads.
 *
 * @param source - The pattern.
 * @throws PatternError naming what is malformed or cannot be matched in linear time.
 */
export function parsePattern(source: string): PatternNode {
  const reader = new CharacterReader(source);
  const node = parseAlternatives(reader, false, 0);
  if (!reader.done) throw reader.error('has a ")" without "("');
  return node;
}

function parseAlternatives(reader: CharacterReader, fold: boolean, depth: number): PatternNode {
  if (depth > MAX_DEPTH) throw reader.error('nests groups too deeply');
  const items: PatternNode[] = [];
  let ignoreCase = fold;
  do {
    const parts: PatternNode[] = [];
    while (!reader.done && reader.peek() !== '|' && reader.peek() !== ')') {
      // `(?i)` holds to the end of its group, over the bars.
      if (reader.take('(?i)')) ignoreCase = true;
      else if (reader.take('(?-i)')) ignoreCase = false;
      else {
        const start = reader.position;
        parts.push(...readRepeat(reader, parseAtom(reader, ignoreCase, depth)));
        if (ignoreCase) refuseWideFolds(reader, start);
      }
    }
    items.push(sequence(parts));
  } while (reader.take('|'));
  return items.length === 1 ? items[0]! : alternatives(items);
}

/** Pairs of letters that are one letter in another case: `ss` and `ß`. */
const WIDE_FOLDS = /^(?:ss|ff|fi|fl|st)/iu;

/** Oniguruma lets such a pair match the one letter, which sets of single characters do not say. */
function refuseWideFolds(reader: CharacterReader, start: number): void {
  const pair = WIDE_FOLDS.exec(reader.source.slice(start));
  if (pair !== null) throw reader.error(`ignores the case of "${pair[0]}", which is not supported`);
}

function parseAtom(reader: CharacterReader, fold: boolean, depth: number): PatternNode {
  const set = (source: string) => one(charSet(source, fold));
  const character = reader.next();
  switch (character) {
    case '(':
      return parseGroup(reader, fold, depth);
    case '[':
      return set(parseClass(reader));
    case '.':
      return one(complement(NEWLINE));
    case '^':
      return edge('before', NEWLINE);
    case '$':
      return edge('after', NEWLINE);
    case '\\':
      if (reader.take('A')) return edge('before', NOTHING);
      if (reader.take('z')) return edge('after', NOTHING);
      return set(parseEscape(reader));
    case '*':
    case '+':
    case '?':
      throw reader.error(`has nothing before ${JSON.stringify(character)}`);
    default:
      return set(literal(character));
  }
}

/** Holds where the text begins or ends, and beside the characters of a set. */
function edge(side: Side, set: CharSet): PatternNode {
  return assertion(side, { set, atEdge: true });
}

function parseGroup(reader: CharacterReader, fold: boolean, depth: number): PatternNode {
  const inner = (ignoreCase: boolean): PatternNode => {
    const node = parseAlternatives(reader, ignoreCase, depth + 1);
    if (!reader.take(')')) throw reader.error('lacks a ")"');
    return node;
  };
  if (reader.take('?:')) return inner(fold);
  if (reader.take('?i:')) return inner(true);
  if (reader.take('?-i:')) return inner(false);
  for (const [mark, side, wanted] of LOOK_AROUND) {
    if (reader.take(mark)) return lookAround(reader, inner(fold), side, wanted);
  }
  if (reader.take('?')) {
    throw reader.error(`uses (?${reader.peek()}...), which is not supported`);
  }
  return inner(fold);
}

const LOOK_AROUND = [
  ['?=', 'after', true],
  ['?!', 'after', false],
  ['?<=', 'before', true],
  ['?<!', 'before', false],
] as const;

/** Looking at one character is a matter of automata; looking further is not linear, and refused. */
function lookAround(
  reader: CharacterReader,
  node: PatternNode,
  side: Side,
  wanted: boolean,
): PatternNode {
  const condition = node.condition(side);
  if (condition === undefined) {
    throw reader.error('looks around by more than one character, which is not supported');
  }
  const { set, atEdge } = condition;
  return assertion(side, wanted ? condition : { set: complement(set), atEdge: !atEdge });
}
