import type { AlignedText } from '../aligned-text.ts';
import { TokenizerFileError } from '../json/error.ts';
import type { Fields } from '../json/fields.ts';
import { findText } from '../pattern/find-text.ts';
import { piecesOf } from './pieces-of.ts';
import type { PreTokenizer, PreTokenizerHalves } from './pre-tokenizer.ts';

const PREPEND_SCHEMES = ['first', 'never', 'always'] as const;

/** Settings of {@link Metaspace}, by their names in tokenizer.json. */
export interface MetaspaceOptions {
  /** What spaces become: one character, `▁` by default. */
  replacement?: string;
  /**
   * Put the replacement before text that has none: `always` (the default), `never`, or only at the
   * beginning of the input (`first`).
   */
  prepend_scheme?: (typeof PREPEND_SCHEMES)[number];
  /** Cut before each replacement; true by default. */
  split?: boolean;
}

/** Makes spaces visible, as SentencePiece does, and cuts before them. */
export class Metaspace implements PreTokenizer {
  /** Settings, with the defaults filled in. */
  readonly options: Readonly<Required<MetaspaceOptions>>;
  readonly halves: PreTokenizerHalves;

  /** @param options - Settings. */
  constructor(options: MetaspaceOptions = {}) {
    this.options = { replacement: '▁', prepend_scheme: 'always', split: true, ...options };
    this.halves = {
      whole: (text, atStart) => this.spaced(text, atStart),
      ...(this.options.split && { cuts: (text: string) => this.cuts(text) }),
    };
  }

  /** Reads the settings from a file. */
  static read(fields: Fields): Metaspace {
    return new Metaspace(readMetaspaceOptions(fields));
  }

  get dependsOnPlace(): boolean {
    return this.options.prepend_scheme === 'first';
  }

  preTokenize(text: string, atStart = true): string[] {
    return text === '' ? [] : piecesOf(this.halves, text, atStart);
  }

  align(text: AlignedText): AlignedText[] {
    const { replacement, split } = this.options;
    if (text.text === '') return [];
    let spaced = text.replace(findText(text.text, ' '), replacement);
    if (this.prepends(spaced.text, text.origin === 0)) spaced = spaced.prepend(replacement);
    return split ? spaced.slices(this.cuts(spaced.text)) : [spaced];
  }

  private spaced(text: string, atStart: boolean): string {
    const { replacement } = this.options;
    const spaced = text.replaceAll(' ', replacement);
    return this.prepends(spaced, atStart) ? replacement + spaced : spaced;
  }

  private prepends(text: string, atStart: boolean): boolean {
    const { replacement, prepend_scheme } = this.options;
    if (text.startsWith(replacement)) return false;
    return prepend_scheme === 'always' || (prepend_scheme === 'first' && atStart);
  }

  /** A piece begins at each replacement. */
  private cuts(text: string): number[] {
    const cuts: number[] = [];
    let start = 0;
    while (start < text.length) {
      const next = text.indexOf(this.options.replacement, start + 1);
      const end = next < 0 ? text.length : next;
      cuts.push(start, end);
      start = end;
    }
    return cuts;
  }

  toJson() {
    return { type: 'Metaspace', ...this.options };
  }
}

/** The settings that a Metaspace pre-tokenizer or decoder has in a file, old files included. */
export function readMetaspaceOptions(fields: Fields): Required<MetaspaceOptions> {
  const replacement = fields.character('replacement');
  let prepend_scheme = fields.oneOf('prepend_scheme', PREPEND_SCHEMES, 'always');
  fields.raw('str_rep');
  if (!fields.boolean('add_prefix_space', true)) {
    // Files from before the schemes say it so.
    if (prepend_scheme === 'first' || fields.raw('prepend_scheme') === 'always') {
      throw new TokenizerFileError(
        `${fields.path}.add_prefix_space: got false, but prepend_scheme is ${JSON.stringify(prepend_scheme)}`,
      );
    }
    prepend_scheme = 'never';
  }
  return { replacement, prepend_scheme, split: fields.boolean('split', true) };
}
