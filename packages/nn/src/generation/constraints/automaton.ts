import type { Instruction, Program } from './program.ts';

/** State of a text that can no longer become what it should. */
export const dead = -1;
/** Entry of a step that has not been worked out. */
const unseen = -2;

/** So many states are made at most; each takes a kilobyte. */
const mostStates = 50_000;
/** So many calls may be open: texts nest no deeper than that. */
const deepest = 200;

interface State {
  /** Where the automaton may stand, waiting for a byte: index of the instruction and number of the stack. */
  readonly waiting: readonly (readonly [instruction: number, stack: number])[];
  readonly accepts: boolean;
  /** By byte: the next state. */
  readonly steps: Int32Array;
}

/**
 * The deterministic automaton of a program, built as texts need it. A state is the set of places where the program
 * may stand, each with its stack of open calls; equal stacks are one, so states of recursive grammars recur, too.
 */
export class ByteAutomaton {
  /** The state of the empty text. */
  readonly start: number;
  readonly #instructions: readonly Instruction[];
  readonly #states: State[] = [];
  readonly #statesByKey = new Map<string, number>();
  /** Stack 0 is empty; others are a place to return to, on top of another stack. */
  readonly #stacks: { readonly below: number; readonly place: number; readonly depth: number }[] = [
    { below: 0, place: 0, depth: 0 },
  ];
  readonly #stacksByKey = new Map<string, number>();

  constructor({ instructions, start }: Program) {
    this.#instructions = instructions;
    this.start = this.#stateOf([[start, 0]]);
    if (this.start === dead) throw new RangeError('constraint: it allows no text at all');
  }

  /** The state after one more byte, or `dead`. @throws RangeError if there are too many states */
  next(state: number, byte: number): number {
    const { steps, waiting } = this.#states[state]!;
    const known = steps[byte]!;
    if (known !== unseen) return known;
    const places: [number, number][] = [];
    for (const [place, stack] of waiting) {
      const instruction = this.#instructions[place]!;
      if (instruction.kind !== 'byte') continue;
      const [first, last] = instruction.range;
      if (byte >= first && byte <= last) places.push([instruction.next, stack]);
    }
    const result = this.#stateOf(places);
    steps[byte] = result;
    return result;
  }

  /** Whether the text may end in a state. */
  accepts(state: number): boolean {
    return this.#states[state]!.accepts;
  }

  /** Follows what takes no byte: forks, calls and returns. */
  #stateOf(places: readonly (readonly [number, number])[]): number {
    const stack = [...places];
    const seen = new Set<string>();
    const waiting: [number, number][] = [];
    let accepts = false;
    for (let each = stack.pop(); each; each = stack.pop()) {
      const [place, calls] = each;
      const key = `${place}:${calls}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const instruction = this.#instructions[place]!;
      switch (instruction.kind) {
        case 'match':
          accepts = true;
          break;
        case 'byte':
          waiting.push([place, calls]);
          break;
        case 'fork':
          for (const way of instruction.ways) stack.push([way, calls]);
          break;
        case 'call': {
          const opened = this.#open(calls, instruction.next);
          if (opened !== undefined) stack.push([instruction.target, opened]);
          break;
        }
        case 'return': {
          const { place: back, below } = this.#stacks[calls]!;
          stack.push([back, below]);
          break;
        }
      }
    }
    if (waiting.length === 0 && !accepts) return dead;
    waiting.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const key = `${accepts}:${waiting.join(';')}`;
    const known = this.#statesByKey.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= mostStates) {
      throw new RangeError(
        `constraint: it needs more than ${mostStates} states; lower its counts of repetitions`,
      );
    }
    const state = { waiting, accepts, steps: new Int32Array(256).fill(unseen) };
    const index = this.#states.push(state) - 1;
    this.#statesByKey.set(key, index);
    return index;
  }

  /** The stack with one more call; undefined if too many are open. */
  #open(below: number, place: number): number | undefined {
    // A call whose return is followed by a return needs no place of its own: lists stay flat.
    const after = this.#instructions[place]!;
    if (after.kind === 'return') return below;
    const key = `${below}:${place}`;
    const known = this.#stacksByKey.get(key);
    if (known !== undefined) return known;
    const depth = this.#stacks[below]!.depth + 1;
    if (depth > deepest) return undefined;
    const opened = this.#stacks.push({ below, place, depth }) - 1;
    this.#stacksByKey.set(key, opened);
    return opened;
  }
}
