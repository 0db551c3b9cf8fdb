import type { CharSet } from './char-set.ts';
import type { Condition, Program, Side } from './program.ts';

/** A part of a pattern. */
export interface PatternNode {
  /**
   * Adds the instructions that match it and go on with `next`.
   *
   * @returns Index of the first one.
   */
  build(program: Program, next: number): number;
  /** What it asks of one character on a side, if that is all it does. */
  condition(side: Side): Condition | undefined;
  /** The set, if it is one character of it. */
  readonly set?: CharSet;
}

/** One character of a set. */
export function one(set: CharSet): PatternNode {
  return {
    set,
    build: (program, next) => program.addSet(set, next),
    condition: () => ({ set, atEdge: false }),
  };
}

/** Nothing, where a condition holds. */
export function assertion(at: Side, condition: Condition): PatternNode {
  return {
    build: (program, next) => program.addAssertion(at, condition, next),
    condition: (side) => (side === at ? condition : undefined),
  };
}

/** One after the other. */
export function sequence(items: readonly PatternNode[]): PatternNode {
  return {
    build: (program, next) => items.reduceRight((then, item) => item.build(program, then), next),
    condition: (side) => (items.length === 1 ? items[0]!.condition(side) : undefined),
  };
}

/** One of several, the earlier rather than the later. */
export function alternatives(items: readonly PatternNode[]): PatternNode {
  return {
    build: (program, next) => program.addFork(items.map((item) => item.build(program, next))),
    condition(side) {
      const parts = items.map((item) => item.condition(side));
      if (parts.includes(undefined)) return undefined;
      return {
        set: (codePoint) => parts.some((part) => part!.set(codePoint)),
        atEdge: parts.some((part) => part!.atEdge),
      };
    },
  };
}

/**
 * One several times.
 *
 * @param item - What is repeated.
 * @param least - How often at least.
 * @param most - How often at most; Infinity if there is no limit.
 * @param lazy - Rather seldom than often.
 */
export function repeat(item: PatternNode, least: number, most: number, lazy: boolean): PatternNode {
  const choose = (more: number, next: number) => (lazy ? [next, more] : [more, next]);
  return {
    build(program, next) {
      let following = next;
      if (most === Number.POSITIVE_INFINITY) {
        const fork = { kind: 'fork' as const, ways: [] as readonly number[] };
        following = program.add(fork);
        fork.ways = choose(item.build(program, following), next);
      } else {
        for (let i = least; i < most; i++) {
          following = program.addFork(choose(item.build(program, following), next));
        }
      }
      for (let i = 0; i < least; i++) following = item.build(program, following);
      return following;
    },
    // A run of at least one is there if its first character is.
    condition: (side) => (least === 1 ? item.condition(side) : undefined),
  };
}
