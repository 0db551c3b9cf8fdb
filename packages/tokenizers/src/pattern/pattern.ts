import { Automaton } from './automaton.ts';
import { PatternError } from './error.ts';
import { parsePattern } from './parse.ts';
import { Program } from './program.ts';

/** Characters that mean something in a pattern. */
const SYNTAX = /[\\^$.*+?()[\]{}|]/g;

/**
 * How often a pattern may look at each character of a text, and how many looks are free: a long text of a
 * megabyte then takes well under a second whatever the pattern. Those of all well-known tokenizers look
 * about twice.
 */
const LOOKS = 64;
const FREE_LOOKS = 4_000_000;

/**
 * A regular expression in the syntax of tokenizer.json, matched by an automaton: the time is linear
 * in the text for every pattern whose matches do not look far beyond their end, as those of all
 * well-known tokenizers. Where one does, as `(a+)+$` on many letters a and a b, matching is refused.
 */
export class Pattern {
  private readonly automaton: Automaton;
  private readonly source: string;

  /**
   * @param source - The pattern.
   * @throws PatternError naming what in it is malformed or not supported: back references, atomic
   *   groups, looking around by more than one character.
   */
  constructor(source: string) {
    this.source = source;
    const program = new Program(source);
    const start = parsePattern(source).build(program, 0);
    this.automaton = new Automaton(program, start);
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
   * @throws PatternError if it would take more than linear time.
   */
  findAll(text: string): number[] {
    const { automaton } = this;
    const found: number[] = [];
    let lastEnd = -1;
    let looks = LOOKS * text.length + FREE_LOOKS;
    for (let index = 0; index <= text.length; ) {
      const end = automaton.matchEnd(text, index);
      looks -= automaton.stoppedAt - index;
      if (looks < 0) {
        throw PatternError.about(
          this.source,
          `takes more than linear time on a text of ${text.length} characters; it looks at the same ones again and again`,
        );
      }
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
