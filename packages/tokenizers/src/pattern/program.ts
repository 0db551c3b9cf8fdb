import type { CharSet } from './char-set.ts';
import { PatternError } from './error.ts';

/** More instructions than this make a pattern too large. */
const MAX_INSTRUCTIONS = 20_000;

/** One side of a place in a text. */
export type Side = 'before' | 'after';

/** What an assertion asks of the character at one side of a place. */
export interface Condition {
  /** The characters that satisfy it. */
  readonly set: CharSet;
  /** Whether the text's beginning or end satisfies it. */
  readonly atEdge: boolean;
}

/** One step of a nondeterministic automaton; targets are indices of instructions. */
export type Instruction =
  | { readonly kind: 'match' }
  | { readonly kind: 'set'; readonly set: number; readonly next: number }
  | {
      readonly kind: 'assertion';
      readonly side: Side;
      readonly set: number;
      readonly atEdge: boolean;
      readonly next: number;
    }
  /** All ways are tried; what an earlier one finds counts more. */
  | { readonly kind: 'fork'; ways: readonly number[] };

/** A pattern as an automaton (Thompson 1968), built from its end: the match is instruction 0. */
export class Program {
  /** The instructions. */
  readonly instructions: Instruction[] = [{ kind: 'match' }];
  /** The sets that instructions name by index. */
  readonly sets: CharSet[] = [];
  /** Whether any assertion looks back. */
  looksBack = false;
  private readonly source: string;

  /** @param source - The pattern, for messages. */
  constructor(source: string) {
    this.source = source;
  }

  /** Adds an instruction. @returns Its index. @throws PatternError if there are too many. */
  add(instruction: Instruction): number {
    if (this.instructions.length >= MAX_INSTRUCTIONS) {
      throw PatternError.about(this.source, 'is too large');
    }
    return this.instructions.push(instruction) - 1;
  }

  /** Adds a step over one character of a set. */
  addSet(set: CharSet, next: number): number {
    return this.add({ kind: 'set', set: this.indexOf(set), next });
  }

  /** Adds a step that a condition guards. */
  addAssertion(side: Side, { set, atEdge }: Condition, next: number): number {
    if (side === 'before') this.looksBack = true;
    return this.add({ kind: 'assertion', side, set: this.indexOf(set), atEdge, next });
  }

  /** Adds a choice. */
  addFork(ways: readonly number[]): number {
    return this.add({ kind: 'fork', ways });
  }

  private indexOf(set: CharSet): number {
    const known = this.sets.indexOf(set);
    return known >= 0 ? known : this.sets.push(set) - 1;
  }
}
