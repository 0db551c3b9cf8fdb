import type { CharSet } from './char-set.ts';

/** What an assertion asks of the character at one side of a position. */
export interface Assertion {
  /** Which side. */
  readonly side: 'before' | 'after';
  /** The characters that satisfy it. */
  readonly set: CharSet;
  /** Whether the text's beginning or end satisfies it. */
  readonly atEdge: boolean;
}

/** A parsed pattern. */
export type PatternNode =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'alternatives'; readonly items: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly item: PatternNode;
      readonly least: number;
      /** Infinity if there is no limit. */
      readonly most: number;
      readonly lazy: boolean;
    }
  | { readonly kind: 'assertion'; readonly assertion: Assertion };
