import type { Instruction, Program } from './program.ts';

/** Class of the place before the first and behind the last character. */
const EDGE = 0;
/** Mark in the table of classes. */
const UNKNOWN = 255;
/** Columns of the table of steps; a power of two. */
const MAX_CLASSES = 128;
const COLUMN_BITS = 7;
/** So many states are kept; then the table is emptied, as a hostile pattern may have 2^n. */
const MAX_STATES = 2000;
/** Entry of a step that has not been worked out. */
const UNSEEN = -1;

/**
 * A deterministic automaton that is built as texts need it. Characters that the pattern cannot tell
 * apart form one class, so that a step is two look-ups. A state is the list of instructions that
 * wait for the next character, the preferred first: what a backtracking matcher would find is found
 * without going back. Assertions about the next character are decided when it is there; therefore a
 * match is known one character later.
 */
export class Automaton {
  /** Index up to which the last match looked at the text. */
  stoppedAt = 0;
  private readonly program: Program;
  private readonly start: number;
  /** Class of each UTF-16 unit that is a character. */
  private readonly unitClasses = new Uint8Array(0x10000).fill(UNKNOWN);
  private readonly astralClasses = new Map<number, number>();
  private readonly classesBySets = new Map<string, number>();
  /** By class: which sets of the program have its characters. */
  private readonly members: boolean[][] = [];
  private states: { waiting: readonly number[]; previous: number }[] = [];
  private statesByKey = new Map<string, number>();
  /** By class of the character before: the state that a match begins in, or -1. */
  private readonly starts = new Int32Array(MAX_CLASSES);
  /** By state and class: twice the next state, plus 1 if the pattern matched before the character. */
  private steps = new Int32Array(0);

  /** @param program - The pattern. @param start - Index of its first instruction. */
  constructor(program: Program, start: number) {
    this.program = program;
    this.start = start;
    this.members.push(program.sets.map(() => false));
    this.reset();
  }

  /**
   * The end of the match that begins at an index.
   *
   * @param text - The text.
   * @param start - Where the match begins.
   * @returns Index behind the match, or -1 if there is none.
   */
  matchEnd(text: string, start: number): number {
    const { unitClasses } = this;
    let end = -1;
    let state = this.startState(text, start);
    for (let index = start; ; ) {
      let symbol = EDGE;
      let width = 1;
      if (index < text.length) {
        const unit = text.charCodeAt(index);
        symbol = unitClasses[unit]!;
        if (symbol === UNKNOWN || (unit & 0xfc00) === 0xd800) {
          const codePoint = text.codePointAt(index)!;
          if (codePoint > 0xffff) width = 2;
          symbol = this.classOf(codePoint);
        }
      }
      let step = this.steps[(state << COLUMN_BITS) | symbol]!;
      if (step === UNSEEN) step = this.makeStep(state, symbol);
      if ((step & 1) === 1) end = index;
      state = step >> 1;
      if (state === 0 || index >= text.length) {
        this.stoppedAt = index;
        return end;
      }
      index += width;
    }
  }

  private startState(text: string, start: number): number {
    let previous = EDGE;
    if (this.program.looksBack && start > 0) {
      const unit = text.charCodeAt(start - 1);
      const isPair = (unit & 0xfc00) === 0xdc00 && start > 1;
      previous = this.classOf(text.codePointAt(isPair ? start - 2 : start - 1)!);
    }
    const known = this.starts[previous]!;
    if (known >= 0) return known;
    const state = this.stateOf([this.start], previous);
    this.starts[previous] = state;
    return state;
  }

  private reset(): void {
    this.states = [];
    this.statesByKey = new Map();
    this.starts.fill(-1);
    this.steps = new Int32Array(16 * MAX_CLASSES).fill(UNSEEN);
    // State 0 waits for nothing: the end.
    this.stateOf([], EDGE);
  }

  private stateOf(waiting: readonly number[], previous: number): number {
    const context = this.program.looksBack && waiting.length > 0 ? previous : EDGE;
    const key = `${context}:${waiting.join()}`;
    const known = this.statesByKey.get(key);
    if (known !== undefined) return known;
    if (this.states.length >= MAX_STATES) {
      this.reset();
      return this.stateOf(waiting, previous);
    }
    const state = this.states.push({ waiting, previous: context }) - 1;
    this.statesByKey.set(key, state);
    if (this.states.length * MAX_CLASSES > this.steps.length) {
      const larger = new Int32Array(2 * this.steps.length).fill(UNSEEN);
      larger.set(this.steps);
      this.steps = larger;
    }
    return state;
  }

  /** Works out a step: follows what waits up to the instructions that take the character. */
  private makeStep(state: number, symbol: number): number {
    const { instructions } = this.program;
    const { waiting, previous } = this.states[state]!;
    const seen = new Set<number>();
    const next = new Set<number>();
    let matched = false;
    const stack = [...waiting].reverse();
    while (stack.length > 0) {
      const index = stack.pop()!;
      if (seen.has(index)) continue;
      seen.add(index);
      const instruction = instructions[index]!;
      if (instruction.kind === 'match') {
        // What is left on the stack counts less than this match.
        matched = true;
        break;
      }
      if (instruction.kind === 'fork') {
        for (let i = instruction.ways.length - 1; i >= 0; i--) stack.push(instruction.ways[i]!);
      } else if (instruction.kind === 'assertion') {
        const side = instruction.side === 'before' ? previous : symbol;
        if (this.holds(instruction, side)) stack.push(instruction.next);
      } else if (symbol !== EDGE && this.members[symbol]![instruction.set]) {
        next.add(instruction.next);
      }
    }
    const countBefore = this.states.length;
    const step = (this.stateOf([...next], symbol) << 1) | (matched ? 1 : 0);
    // After a reset the state that the step belongs to is gone.
    if (this.states.length >= countBefore) this.steps[(state << COLUMN_BITS) | symbol] = step;
    return step;
  }

  private holds(assertion: Instruction & { kind: 'assertion' }, symbol: number): boolean {
    return symbol === EDGE ? assertion.atEdge : this.members[symbol]![assertion.set]!;
  }

  private classOf(codePoint: number): number {
    const known =
      codePoint > 0xffff ? this.astralClasses.get(codePoint) : this.unitClasses[codePoint];
    if (known !== undefined && known !== UNKNOWN) return known;
    const sets = this.program.sets.map((set) => set(codePoint));
    const key = sets.map(Number).join('');
    let found = this.classesBySets.get(key);
    if (found === undefined) {
      found = this.members.push(sets) - 1;
      if (found >= MAX_CLASSES) {
        throw new Error(`pattern: tells more than ${MAX_CLASSES - 1} kinds of characters apart`);
      }
      this.classesBySets.set(key, found);
    }
    if (codePoint > 0xffff) this.astralClasses.set(codePoint, found);
    else this.unitClasses[codePoint] = found;
    return found;
  }
}
