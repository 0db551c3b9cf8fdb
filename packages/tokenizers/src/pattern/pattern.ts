import { Automaton } from './automaton.ts';
import { parsePattern } from './parse.ts';
import { buildProgram } from './program.ts';

/** Characters that mean something in a pattern. */
const SYNTAX = /[\\^$.*+?()[\]{}|]/g;

/**
 * A regular expression in the syntax of tokenizer.json, matched by an automaton: the time is linear
 * in the text for every pattern whose matches do not look far beyond their end, as those of all
 * well-known tokenizers.
 */
export class Pattern {
  private readonly automaton: Automaton;

  /**
   * @param source - The pattern.
   * @throws PatternError naming what in it is malformed or not supported: back references, atomic
   *   groups, looking around by more than one character.
   */
  constructor(source: string) {
    this.automaton = new Automaton(buildProgram(source, parsePattern(source)));
  }

  /** A pattern that matches a text as it stands. */
  static literal(text: string): Pattern {
    return new Pattern(text.replace(SYNTAX, '\\$&'));
  }

  /**
   * Finds all matches, the leftmost first, none overlapping.
   *
   * @param text - The text.
   * @returns Start and end of each match, in turn.
   */
  findAll(text: string): number[] {
    const { automaton } = this;
    const found: number[] = [];
    let lastEnd = -1;
    for (let index = 0; index <= text.length; ) {
      const end = automaton.matchEnd(text, index);
      // Nothing may be found anywhere, but not right behind a match.
      if (end > index || (end === index && end !== lastEnd)) {
        found.push(index, end);
        lastEnd = end;
        if (end > index) {
          index = end;
          continue;
        }
      }
      index += index < text.length && text.codePointAt(index)! > 0xffff ? 2 : 1;
    }
    return found;
  }
}
