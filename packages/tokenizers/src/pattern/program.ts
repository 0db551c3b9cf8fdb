import type { CharSet } from './char-set.ts';
import { PatternError } from './error.ts';
import type { PatternNode } from './syntax.ts';

/** More instructions than this make a pattern too large. */
const MAX_INSTRUCTIONS = 20_000;

/** One step of a nondeterministic automaton; targets are indices of instructions. */
export type Instruction =
  | { readonly kind: 'match' }
  | { readonly kind: 'set'; readonly set: number; readonly next: number }
  | {
      readonly kind: 'assertion';
      readonly side: 'before' | 'after';
      readonly set: number;
      readonly atEdge: boolean;
      readonly next: number;
    }
  /** Both ways are tried; what the earlier one finds counts more. */
  | { readonly kind: 'fork'; readonly ways: readonly number[] };

/** A pattern as an automaton. */
export interface Program {
  /** The instructions. */
  readonly instructions: readonly Instruction[];
  /** Index of the first one. */
  readonly start: number;
  /** The sets that instructions name by index. */
  readonly sets: readonly CharSet[];
  /** Whether any assertion looks back. */
  readonly looksBack: boolean;
}

/**
 * Turns a parsed pattern into an automaton (Thompson 1968), built from its end.
 *
 * @param source - The pattern, for messages.
 * @param node - The pattern parsed.
 * @throws PatternError if it is too large.
 */
export function buildProgram(source: string, node: PatternNode): Program {
  const instructions: Instruction[] = [{ kind: 'match' }];
  const sets: CharSet[] = [];
  let looksBack = false;
  const add = (instruction: Instruction): number => {
    if (instructions.length >= MAX_INSTRUCTIONS) throw PatternError.about(source, 'is too large');
    return instructions.push(instruction) - 1;
  };
  const setIndex = (set: CharSet): number => {
    const known = sets.indexOf(set);
    return known >= 0 ? known : sets.push(set) - 1;
  };
  /** Index of instructions that do `item` and go on with `next`. */
  const build = (item: PatternNode, next: number): number => {
    switch (item.kind) {
      case 'set':
        return add({ kind: 'set', set: setIndex(item.set), next });
      case 'assertion': {
        const { side, set, atEdge } = item.assertion;
        if (side === 'before') looksBack = true;
        return add({ kind: 'assertion', side, set: setIndex(set), atEdge, next });
      }
      case 'sequence':
        return item.items.reduceRight((following, each) => build(each, following), next);
      case 'alternatives':
        return add({ kind: 'fork', ways: item.items.map((each) => build(each, next)) });
      case 'repeat':
        return buildRepeat(item, next);
    }
  };
  const buildRepeat = (item: PatternNode & { kind: 'repeat' }, next: number): number => {
    const choose = (more: number): readonly number[] => (item.lazy ? [next, more] : [more, next]);
    let following = next;
    if (item.most === Number.POSITIVE_INFINITY) {
      const loop = add({ kind: 'fork', ways: [] });
      instructions[loop] = { kind: 'fork', ways: choose(build(item.item, loop)) };
      following = loop;
    } else {
      for (let i = item.least; i < item.most; i++) {
        following = add({ kind: 'fork', ways: choose(build(item.item, following)) });
      }
    }
    for (let i = 0; i < item.least; i++) following = build(item.item, following);
    return following;
  };
  return { start: build(node, 0), instructions, sets, looksBack };
}
