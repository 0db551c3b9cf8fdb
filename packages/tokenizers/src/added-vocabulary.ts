import type { TokenModel } from './models/model.ts';
import type { Normalizer } from './normalizers/normalizer.ts';

/** A token that is found in the text before the model sees it. */
export interface AddedToken {
  /** Its text. */
  content: string;
  /** Only match where no word character touches it. */
  single_word: boolean;
  /** Take white space on its left with it. */
  lstrip: boolean;
  /** Take white space on its right with it. */
  rstrip: boolean;
  /** Match in the normalized text instead of the original. */
  normalized: boolean;
  /** Left out by `decode` with `skip_special_tokens`. */
  special: boolean;
}

/** A stretch of text, or the id of an added token that stood there. */
export type Segment = string | number;

const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'u');
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'u');
const WHITE_SPACE = /^\p{White_Space}$/u;

/** An added token as it is searched: by its text, or its normalized text. */
interface Pattern {
  text: string;
  id: number;
  token: AddedToken;
}

/** The tokens added on top of a model's vocabulary, among them the special ones. */
export class AddedVocabulary {
  private readonly byId = new Map<number, AddedToken>();
  private readonly byContent = new Map<string, number>();
  /** Patterns by their first code unit, the longest first: for the original and normalized text. */
  private original = new Map<number, Pattern[]>();
  private normalized = new Map<number, Pattern[]>();

  /** Added tokens with their ids, by ascending id. */
  get tokens(): [number, AddedToken][] {
    return [...this.byId].sort(([a], [b]) => a - b);
  }

  /** The id of an added token, or undefined. */
  id(content: string): number | undefined {
    return this.byContent.get(content);
  }

  /** The added token of an id, or undefined. */
  token(id: number): AddedToken | undefined {
    return this.byId.get(id);
  }

  /**
   * Adds tokens. One that the model's vocabulary has keeps its id there; others get new ids after
   * the last one.
   *
   * @param tokens - The tokens; empty ones are passed over.
   * @param model - The model below.
   * @param normalizer - Applied to tokens that match in normalized text.
   * @returns How many were not known before.
   */
  add(
    tokens: readonly AddedToken[],
    model: TokenModel,
    normalizer: Normalizer | undefined,
  ): number {
    let nextId = model.vocab.size;
    for (const id of this.byId.keys()) nextId = Math.max(nextId, id + 1);
    let added = 0;
    for (const token of tokens) {
      if (token.content === '') continue;
      const known = this.byContent.get(token.content) ?? model.vocab.get(token.content);
      if (known === undefined) added++;
      const id = known ?? nextId++;
      this.byContent.set(token.content, id);
      this.byId.set(id, token);
    }
    this.original = new Map();
    this.normalized = new Map();
    for (const [id, token] of this.byId) {
      const text = token.normalized
        ? (normalizer?.normalize(token.content) ?? token.content)
        : token.content;
      const table = token.normalized ? this.normalized : this.original;
      // A normalizer may leave nothing of a token; then it can never match.
      if (text === '') continue;
      const first = text.charCodeAt(0);
      table.set(first, [...(table.get(first) ?? []), { text, id, token }]);
    }
    for (const patterns of [...this.original.values(), ...this.normalized.values()]) {
      patterns.sort((a, b) => b.text.length - a.text.length);
    }
    return added;
  }

  /**
   * Cuts the added tokens out of a text and normalizes what lies between them.
   *
   * @param text - The input.
   * @param normalizer - The tokenizer's normalizer.
   * @returns Normalized stretches and ids, in order; no empty stretches.
   */
  split(text: string, normalizer: Normalizer | undefined): Segment[] {
    return findTokens(text, this.original).flatMap((segment) =>
      typeof segment === 'number'
        ? [segment]
        : findTokens(normalizer?.normalize(segment) ?? segment, this.normalized),
    );
  }
}

/** Leftmost, longest, without overlap, as the Rust library's automaton finds them. */
function findTokens(text: string, table: ReadonlyMap<number, readonly Pattern[]>): Segment[] {
  if (table.size === 0) return text === '' ? [] : [text];
  const segments: Segment[] = [];
  let done = 0;
  for (let at = 0; at < text.length; ) {
    const found = table
      .get(text.charCodeAt(at))
      ?.find((pattern) => text.startsWith(pattern.text, at));
    if (found === undefined) {
      at++;
      continue;
    }
    let start = at;
    let end = at + found.text.length;
    at = end;
    const { token } = found;
    if (token.single_word && !standsAlone(text, start, end)) continue;
    if (token.lstrip) while (start > done && isSpace(text, start - 1)) start--;
    if (token.rstrip) while (end < text.length && isSpace(text, end)) end++;
    if (done < start) segments.push(text.slice(done, start));
    segments.push(found.id);
    done = end;
  }
  if (done < text.length) segments.push(text.slice(done));
  return segments;
}

/** Two code units before and after hold any character. */
function standsAlone(text: string, start: number, end: number): boolean {
  return (
    !ENDS_WITH_WORD.test(text.slice(Math.max(0, start - 2), start)) &&
    !STARTS_WITH_WORD.test(text.slice(end, end + 2))
  );
}

function isSpace(text: string, index: number): boolean {
  return WHITE_SPACE.test(text[index]!);
}
