import type { TokenModel } from './models/model.ts';
import type { Normalizer } from './normalizers/normalizer.ts';
import { TokenMatcher } from './token-matcher.ts';
import { isSpace } from './white-space.ts';

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

/** Takes a stretch of a text; with the id of the added token that stood there, if it was one. */
export type VisitSegment = (start: number, end: number, id: number | undefined) => void;

const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'u');
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'u');
const NOTHING = new TokenMatcher([]);

/** The tokens added on top of a model's vocabulary, among them the special ones. */
export class AddedVocabulary {
  private readonly byId = new Map<number, AddedToken>();
  private readonly byContent = new Map<string, number>();
  private inOriginal = NOTHING;
  private inNormalized = NOTHING;

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
    const original: [string, number][] = [];
    const normalized: [string, number][] = [];
    for (const [id, token] of this.byId) {
      const text = token.normalized
        ? (normalizer?.normalize(token.content) ?? token.content)
        : token.content;
      // A normalizer may leave nothing of a token; then it can never match.
      if (text !== '') (token.normalized ? normalized : original).push([text, id]);
    }
    this.inOriginal = new TokenMatcher(original);
    this.inNormalized = new TokenMatcher(normalized);
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
    const segments: Segment[] = [];
    const between = (part: string): void => {
      if (part === '') return;
      const normalized = normalizer?.normalize(part) ?? part;
      this.cutNormalized(normalized, (start, end, id) => {
        if (id !== undefined) segments.push(id);
        else if (start < end) segments.push(normalized.slice(start, end));
      });
    };
    this.cutOriginal(text, (start, end, id) => {
      if (id !== undefined) segments.push(id);
      else between(text.slice(start, end));
    });
    return segments;
  }

  /** Cuts the tokens out of an input that are found before it is normalized. */
  cutOriginal(text: string, visit: VisitSegment): void {
    this.cut(text, this.inOriginal, visit);
  }

  /** Cuts the tokens out of a normalized text that are found in such. */
  cutNormalized(text: string, visit: VisitSegment): void {
    this.cut(text, this.inNormalized, visit);
  }

  private cut(text: string, matcher: TokenMatcher, visit: VisitSegment): void {
    let done = 0;
    if (!matcher.isEmpty) {
      for (let found = matcher.next(text, 0); found; found = matcher.next(text, found.end)) {
        let { start, end } = found;
        const token = this.byId.get(found.value)!;
        if (token.single_word && !standsAlone(text, start, end)) continue;
        if (token.lstrip) while (start > done && isSpace(text.charCodeAt(start - 1))) start--;
        if (token.rstrip) while (end < text.length && isSpace(text.charCodeAt(end))) end++;
        if (done < start) visit(done, start, undefined);
        visit(start, end, found.value);
        done = end;
      }
    }
    if (done < text.length) visit(done, text.length, undefined);
  }
}

/** Two code units before and after hold any character. */
function standsAlone(text: string, start: number, end: number): boolean {
  return (
    !ENDS_WITH_WORD.test(text.slice(Math.max(0, start - 2), start)) &&
    !STARTS_WITH_WORD.test(text.slice(end, end + 2))
  );
}
