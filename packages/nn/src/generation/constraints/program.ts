import type { Expression, Grammar } from './expression.ts';
import { type ByteRange, utf8Ranges } from './utf8-ranges.ts';

/** One step of a nondeterministic automaton with a stack; targets are indices of instructions. */
export type Instruction =
  /** The text may end here. */
  | { readonly kind: 'match' }
  | { readonly kind: 'byte'; readonly range: ByteRange; readonly next: number }
  | { readonly kind: 'fork'; readonly ways: readonly number[] }
  /** Goes on at `target` until that returns. */
  | { readonly kind: 'call'; readonly target: number; readonly next: number }
  | { readonly kind: 'return' };

/** A grammar as instructions. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** More instructions than this make a grammar too large. */
const mostInstructions = 200_000;

/** Expressions of more instructions than this are repeated by calls. */
const smallSize = 2;

/** @throws RangeError if the grammar is too large, or names a rule that it lacks */
export function compileGrammar({ root, rules }: Grammar): Program {
  const instructions: Instruction[] = [{ kind: 'match' }, { kind: 'return' }];
  const [end, back] = [0, 1];
  const targets = new Map<string, number>();
  const pending: { readonly at: number; readonly expression: Expression }[] = [];

  const add = (instruction: Instruction): number => {
    if (instructions.length >= mostInstructions) {
      throw new RangeError(
        `constraint: it needs more than ${mostInstructions} instructions; lower its counts of repetitions`,
      );
    }
    return instructions.push(instruction) - 1;
  };
  /** A place that others can call, built later, since a rule may name itself. */
  const subroutine = (expression: Expression): number => {
    const at = add({ kind: 'fork', ways: [] });
    pending.push({ at, expression });
    return at;
  };
  const ruleTarget = (name: string): number => {
    const known = targets.get(name);
    if (known !== undefined) return known;
    const expression = rules.get(name);
    if (!expression) throw new RangeError(`constraint: there is no rule ${name}`);
    const target = subroutine(expression);
    targets.set(name, target);
    return target;
  };
  /** What has been built, by what it goes on with: an expression that stands in several places is built once. */
  const built = new Map<Expression, Map<number, number>>();
  /** Index of instructions that take the expression and go on with `next`. */
  const build = (expression: Expression, next: number): number => {
    const byNext = built.get(expression) ?? new Map<number, number>();
    built.set(expression, byNext);
    const known = byNext.get(next);
    if (known !== undefined) return known;
    const at = buildNew(expression, next);
    byNext.set(next, at);
    return at;
  };
  const buildNew = (expression: Expression, next: number): number => {
    switch (expression.kind) {
      case 'characters': {
        const ways = expression.ranges
          .flatMap(utf8Ranges)
          .map((bytes) =>
            bytes.reduceRight(
              (following, range) => add({ kind: 'byte', range, next: following }),
              next,
            ),
          );
        return ways.length === 1 ? ways[0]! : add({ kind: 'fork', ways });
      }
      case 'sequence':
        return expression.items.reduceRight((following, item) => build(item, following), next);
      case 'alternatives':
        return add({ kind: 'fork', ways: expression.items.map((item) => build(item, next)) });
      case 'rule':
        return add({ kind: 'call', target: ruleTarget(expression.name), next });
      case 'repeat':
        return buildRepeat(expression, next);
    }
  };
  const buildRepeat = (
    { item, least, most }: Expression & { kind: 'repeat' },
    next: number,
  ): number => {
    const isUnlimited = most === Number.POSITIVE_INFINITY;
    const copies = isUnlimited ? least + 1 : most;
    // Many copies share one subroutine, so that counts cost one or two instructions each.
    const target = copies > smallSize ? subroutine(item) : undefined;
    const once = (following: number) =>
      target === undefined
        ? build(item, following)
        : add({ kind: 'call', target, next: following });
    let following = next;
    if (isUnlimited) {
      const loop = add({ kind: 'fork', ways: [] });
      instructions[loop] = { kind: 'fork', ways: [once(loop), next] };
      following = loop;
    } else {
      for (let i = least; i < most; i++) {
        following = add({ kind: 'fork', ways: [once(following), next] });
      }
    }
    for (let i = 0; i < least; i++) following = once(following);
    return following;
  };

  const start = build(root, end);
  for (let each = pending.pop(); each; each = pending.pop()) {
    instructions[each.at] = { kind: 'fork', ways: [build(each.expression, back)] };
  }
  return { instructions, start };
}
