import { complement } from './char-set.ts';
import type { CharacterReader } from './character-reader.ts';
import { alternatives, assertion, type PatternNode, repeat, sequence } from './nodes.ts';

/** Repetitions are written out, so their number is limited. */
const MAX_COUNT = 1000;

/**
 * Reads the quantifiers behind an atom.
 *
 * @param reader - Stands behind the atom.
 * @param atom - What is repeated.
 * @returns The items that the atom becomes.
 * @throws PatternError if a quantifier is too large or possessive in a way that is not supported.
 */
export function readRepeat(reader: CharacterReader, atom: PatternNode): PatternNode[] {
  let node = atom;
  for (;;) {
    const mark = reader.takeMatch(/[*+?]|\{(\d*)(,?)(\d*)\}/uy);
    if (!mark) return [node];
    if (mark[0] === '{}' || mark[0] === '{,}') {
      throw reader.error(`has the quantifier ${mark[0]} without numbers`);
    }
    const [least, most] = countsOf(mark);
    if (least > MAX_COUNT || (most !== Number.POSITIVE_INFINITY && most > MAX_COUNT)) {
      throw reader.error(`repeats more than ${MAX_COUNT} times`);
    }
    if (least > most) throw reader.error(`has the quantifier ${mark[0]}, whose least is its most`);
    const single = mark[0].length === 1;
    const lazy = reader.take('?');
    const item = node;
    node = repeat(item, least, most, lazy);
    // Behind {m,n}, Ruby's syntax has "+" mean one more repetition, not a possessive one.
    if (single && !lazy && reader.take('+')) return possessive(reader, item, node, most);
  }
}

function countsOf([text, first = '', comma, last]: RegExpExecArray): [number, number] {
  if (text === '?') return [0, 1];
  const least = text === '+' ? 1 : Number(first);
  if (comma === '') return [least, least];
  return [least, last ? Number(last) : Number.POSITIVE_INFINITY];
}

/**
 * A possessive run of one class gives nothing back: it ends where the class ends, which is what a
 * look at the next character says as well.
 */
function possessive(
  reader: CharacterReader,
  item: PatternNode,
  run: PatternNode,
  most: number,
): PatternNode[] {
  const { set } = item;
  if (set === undefined) {
    throw reader.error('repeats a group possessively, which is not supported');
  }
  const stop = assertion('after', { set: complement(set), atEdge: true });
  return most === Number.POSITIVE_INFINITY ? [run, stop] : [alternatives([item, sequence([stop])])];
}
