/**
 * What a text may be: a grammar over characters, which regular expressions and JSON schemas become.
 *
 * @module
 */

/** Code points from the first to the last, both included. */
export type CharacterRange = readonly [first: number, last: number];

/** A set of texts. */
export type Expression =
  /** One character of the ranges. */
  | { readonly kind: 'characters'; readonly ranges: readonly CharacterRange[] }
  | { readonly kind: 'sequence'; readonly items: readonly Expression[] }
  | { readonly kind: 'alternatives'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'repeat';
      readonly item: Expression;
      readonly least: number;
      /** Infinity if there is no limit. */
      readonly most: number;
    }
  /** What the grammar has under a name; it may name itself, behind some characters. */
  | { readonly kind: 'rule'; readonly name: string };

/** An expression with the rules that it names. */
export interface Grammar {
  readonly root: Expression;
  readonly rules: ReadonlyMap<string, Expression>;
}

/** The empty text alone. */
export const nothing: Expression = { kind: 'sequence', items: [] };

const surrogates: CharacterRange = [0xd800, 0xdfff];

/** One character of the ranges; halves of surrogate pairs are no characters. */
export function characters(...ranges: readonly CharacterRange[]): Expression {
  return { kind: 'characters', ranges: without(ranges, [surrogates]) };
}

/** A text as it stands. */
export function literal(text: string): Expression {
  const items = Array.from(text, (character): Expression => {
    const point = character.codePointAt(0)!;
    return characters([point, point]);
  });
  return { kind: 'sequence', items };
}

/** One after another. */
export function sequence(...items: readonly Expression[]): Expression {
  return { kind: 'sequence', items };
}

/** Any of them. */
export function alternatives(...items: readonly Expression[]): Expression {
  return { kind: 'alternatives', items };
}

/** From `least` to `most` times. */
export function repeat(item: Expression, least: number, most: number): Expression {
  return { kind: 'repeat', item, least, most };
}

/** Once or not at all. */
export function optional(item: Expression): Expression {
  return repeat(item, 0, 1);
}

/** The ranges but for those of `removed`, in order and apart. */
export function without(
  ranges: readonly CharacterRange[],
  removed: readonly CharacterRange[],
): CharacterRange[] {
  return removed.reduce<CharacterRange[]>(
    (left, [first, last]) =>
      left.flatMap(([from, to]): CharacterRange[] => {
        const parts: CharacterRange[] = [
          [from, Math.min(to, first - 1)],
          [Math.max(from, last + 1), to],
        ];
        return parts.filter(([a, b]) => a <= b);
      }),
    merged(ranges),
  );
}

function merged(ranges: readonly CharacterRange[]): CharacterRange[] {
  const result: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}
