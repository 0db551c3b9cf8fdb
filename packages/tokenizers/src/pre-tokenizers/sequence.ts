import { AlignedText } from '../aligned-text.ts';
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
    const last = preTokenizers.at(-1)?.halves;
    if (last === undefined || this.dependsOnPlace) return;
    const steps = preTokenizers
      .slice(0, -1)
      .map((each) => (piece: string) => each.preTokenize(piece));
    if (!last.keepsWhole) steps.push((piece) => last.split(piece, true));
    this.halves = { split: (text) => splitAll(text, steps), rewrite: last.rewrite };
  }

  preTokenize(text: string, atStart = true): string[] {
    if (this.dependsOnPlace) {
      // Only the aligned pieces know where they begin; anywhere but at 0 is not the start.
      const aligned = AlignedText.of(atStart ? text : ` ${text}`);
      const pieces = this.align(atStart ? aligned : aligned.slice(1, aligned.text.length));
      return pieces.map((piece) => piece.text);
    }
    return splitAll(
      text,
      this.preTokenizers.map((each) => (piece) => each.preTokenize(piece)),
    );
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

function splitAll(text: string, steps: readonly ((piece: string) => string[])[]): string[] {
  let pieces = text === '' ? [] : [text];
  for (const step of steps) {
    if (pieces.length === 1) {
      pieces = step(pieces[0]!);
      continue;
    }
    const next: string[] = [];
    for (const piece of pieces) for (const part of step(piece)) next.push(part);
    pieces = next;
  }
  return pieces;
}
