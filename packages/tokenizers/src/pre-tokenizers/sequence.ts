import type { AlignedText } from '../aligned-text.ts';
import type { PreTokenizer, PreTokenizerHalves } from './pre-tokenizer.ts';

/** Several pre-tokenizers; each splits the pieces of the one before. */
export class PreTokenizerSequence implements PreTokenizer {
  readonly dependsOnPlace: boolean;
  readonly halves: PreTokenizerHalves | undefined;
  private readonly preTokenizers: readonly PreTokenizer[];

  /** @param preTokenizers - In the order of their application. */
  constructor(preTokenizers: readonly PreTokenizer[]) {
    this.preTokenizers = preTokenizers;
    this.dependsOnPlace = preTokenizers.some((each) => each.dependsOnPlace);
    this.halves = halvesOf(preTokenizers);
  }

  /** @throws Error if pieces depend on their places, which strings do not tell: then there is only `align`. */
  preTokenize(text: string): string[] {
    if (this.dependsOnPlace)
      throw new Error('pre_tokenizer: its pieces depend on places in the text; use align');
    let pieces = text === '' ? [] : [text];
    for (const each of this.preTokenizers) {
      pieces = pieces.flatMap((piece) => each.preTokenize(piece));
    }
    return pieces;
  }

  align(text: AlignedText): AlignedText[] {
    let pieces = text.text === '' ? [] : [text];
    for (const each of this.preTokenizers) {
      pieces = pieces.flatMap((piece) => each.align(piece));
    }
    return pieces;
  }

  toJson() {
    return { type: 'Sequence', pretokenizers: this.preTokenizers.map((each) => each.toJson()) };
  }
}

/** The halves of a sequence in which only the last one rewrites anything, if it is one. */
function halvesOf(preTokenizers: readonly PreTokenizer[]): PreTokenizerHalves | undefined {
  const steps: Cuts[] = [];
  let rewrite: PreTokenizerHalves['rewrite'];
  for (const { halves } of preTokenizers) {
    if (halves === undefined || halves.whole || rewrite) return undefined;
    if (halves.cuts) steps.push(halves.cuts);
    rewrite = halves.rewrite;
  }
  const [first, ...others] = steps;
  const cuts = (text: string) =>
    others.reduce((places, step) => cutEach(text, places, step), first!(text));
  return { ...(first && { cuts }), ...(rewrite && { rewrite }) };
}

type Cuts = (text: string) => readonly number[];

/** Cuts each of the pieces of a text. */
function cutEach(text: string, places: readonly number[], cuts: Cuts): readonly number[] {
  const all: number[] = [];
  for (let i = 0; i < places.length; i += 2) {
    const start = places[i]!;
    for (const place of cuts(text.slice(start, places[i + 1]))) all.push(start + place);
  }
  return all;
}
