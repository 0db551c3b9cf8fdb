import { TokenizerFileError } from '../json/error.ts';
import { describe, type Fields, JsonFloat } from '../json/fields.ts';
import { utf8Length } from '../utf8.ts';
import { BYTE_TOKENS, invertVocabulary, readVocabulary, sortedVocabulary } from '../vocabulary.ts';
import { buildMergeTable } from './build-merge-table.ts';
import { isPacked, type Merge, type PackedMerges } from './merge-list.ts';
import type { MergeTable } from './merge-table.ts';
import { mergeWord } from './merge-word.ts';
import type { TokenModel, TokenSpans, TokenWidths } from './model.ts';

/** Settings of {@link BPE}, by their names in tokenizer.json. */
export interface BPEOptions {
  /** Token for characters that are not in the vocabulary; without one they are left out. */
  unk_token?: string | undefined;
  /** What the vocabulary puts before symbols that do not start a word. */
  continuing_subword_prefix?: string | undefined;
  /** What the vocabulary puts after the last symbol of a word. */
  end_of_word_suffix?: string | undefined;
  /** Write neighbouring unknown characters as one token. */
  fuse_unk?: boolean;
  /** Spell unknown characters by the tokens `<0x00>` to `<0xFF>` where the vocabulary has them. */
  byte_fallback?: boolean;
  /** Take a piece that is in the vocabulary as it is, without merging. */
  ignore_merges?: boolean;
  /** How likely a merge is left out, from 0 to 1: for training a model on varying segmentations. */
  dropout?: number | undefined;
}

/** Byte pair encoding (Sennrich et al. 2016): characters joined by a ranked list of merges. */
export class BPE implements TokenModel {
  readonly vocab: ReadonlyMap<string, number>;
  /** Settings as given. */
  readonly options: Readonly<BPEOptions>;
  /** Source of the chances that `dropout` takes: numbers from 0 to 1; replace it for a fixed seed. */
  random: () => number = Math.random;
  private readonly tokens: readonly (string | undefined)[];
  private readonly table: MergeTable;
  private readonly unknownId: number | undefined;
  /** Ids of the tokens of one UTF-16 unit, or -1: the symbols that words begin as. */
  private readonly unitIds = new Int32Array(0x10000).fill(-1);

  /**
   * @param vocab - Ids by token.
   * @param merges - Pairs of tokens, by rank.
   * @param options - Settings.
   * @throws Error if an id stands for two tokens, a merge or the unknown token is not in `vocab`,
   *   or `dropout` is not from 0 to 1.
   */
  constructor(
    vocab: ReadonlyMap<string, number>,
    merges: readonly Merge[] | PackedMerges,
    options: BPEOptions = {},
  ) {
    this.vocab = vocab;
    this.options = options;
    this.tokens = invertVocabulary('BPE', vocab);
    const { unk_token, dropout = 0 } = options;
    this.unknownId = unk_token === undefined ? undefined : vocab.get(unk_token);
    if (unk_token !== undefined && this.unknownId === undefined) {
      throw new Error(`BPE: the unk_token ${describe(unk_token)} is not in the vocabulary`);
    }
    if (!(dropout >= 0 && dropout <= 1)) {
      throw new Error(`BPE: dropout: got ${dropout}, wants a number from 0 to 1`);
    }
    for (const [token, id] of vocab) {
      if (token.length === 1) this.unitIds[token.charCodeAt(0)] = id;
    }
    this.table = buildMergeTable(
      vocab,
      this.tokens,
      merges,
      options.continuing_subword_prefix?.length ?? 0,
    );
  }

  /** Reads a model from a file. */
  static read(fields: Fields): BPE {
    const dropout = fields.raw('dropout');
    if (dropout != null && typeof dropout !== 'number') {
      throw new TokenizerFileError(
        `${fields.path}.dropout: got ${describe(dropout)}, wants a number from 0 to 1`,
      );
    }
    const options: BPEOptions = {
      dropout: dropout ?? undefined,
      unk_token: fields.optionalString('unk_token'),
      continuing_subword_prefix: fields.optionalString('continuing_subword_prefix'),
      end_of_word_suffix: fields.optionalString('end_of_word_suffix'),
      fuse_unk: fields.boolean('fuse_unk', false),
      byte_fallback: fields.boolean('byte_fallback', false),
      ignore_merges: fields.boolean('ignore_merges', false),
    };
    return new BPE(readVocabulary(fields), readMerges(fields), options);
  }

  /** Pairs of tokens, the first to be joined first; made anew each time. */
  get merges(): readonly Merge[] {
    const { lefts, rights } = this.table;
    return Array.from(
      lefts,
      (left, rank): Merge => [this.tokens[left]!, this.tokens[rights[rank]!]!],
    );
  }

  /** True with dropout. */
  get isRandom(): boolean {
    return (this.options.dropout ?? 0) > 0;
  }

  idToToken(id: number): string | undefined {
    return this.tokens[id];
  }

  tokenize(piece: string): readonly number[] {
    if (piece === '') return [];
    const whole = this.options.ignore_merges ? this.vocab.get(piece) : undefined;
    if (whole !== undefined) return [whole];
    const ids: number[] = [];
    this.merge(piece, ids, undefined);
    return ids;
  }

  tokenizeSpans(piece: string): TokenSpans | TokenWidths {
    if (piece === '') return { ids: [], starts: [], ends: [] };
    const whole = this.options.ignore_merges ? this.vocab.get(piece) : undefined;
    if (whole !== undefined) return { ids: [whole], starts: [0], ends: [piece.length] };
    const ids: number[] = [];
    const widths: number[] = [];
    this.merge(piece, ids, widths);
    return { ids, widths };
  }

  private merge(piece: string, ids: number[], widths: number[] | undefined): void {
    this.pushSymbols(piece, ids, widths);
    const { dropout = 0 } = this.options;
    const chance = dropout > 0 ? { probability: dropout, random: this.random } : undefined;
    mergeWord(ids, widths, this.table, chance);
  }

  /** Ids of the characters of a piece, before any merge, and their lengths in bytes. */
  private pushSymbols(piece: string, ids: number[], widths: number[] | undefined): void {
    const { continuing_subword_prefix, end_of_word_suffix, fuse_unk, byte_fallback } = this.options;
    // An unknown token waits here until something else follows, so that more can be fused into it.
    let waiting = false;
    let waitingWidth = 0;
    const flush = (): void => {
      if (!waiting) return;
      ids.push(this.unknownId!);
      widths?.push(waitingWidth);
      waiting = false;
    };
    for (let start = 0, end = 0; start < piece.length; start = end) {
      end = start + (piece.codePointAt(start)! > 0xffff ? 2 : 1);
      let symbol: string | undefined;
      if (continuing_subword_prefix || end_of_word_suffix || end - start === 2) {
        symbol = piece.slice(start, end);
        if (start > 0 && continuing_subword_prefix) symbol = continuing_subword_prefix + symbol;
        if (end === piece.length && end_of_word_suffix) symbol += end_of_word_suffix;
      }
      const id =
        symbol === undefined
          ? this.unitIds[piece.charCodeAt(start)]!
          : (this.vocab.get(symbol) ?? -1);
      const width = widths === undefined ? 0 : utf8Length(piece, start, end);
      if (id >= 0) {
        flush();
        ids.push(id);
        widths?.push(width);
        continue;
      }
      const bytes = byte_fallback ? this.byteIds(symbol ?? piece[start]!) : undefined;
      if (bytes !== undefined) {
        // As in the Rust library, a waiting unknown token stays behind the bytes.
        for (const byte of bytes) {
          ids.push(byte);
          widths?.push(1);
        }
      } else if (this.unknownId !== undefined) {
        if (!fuse_unk) flush();
        waitingWidth = waiting ? waitingWidth + width : width;
        waiting = true;
      }
    }
    flush();
  }

  /** The byte tokens of a symbol, or undefined if the vocabulary lacks one of them. */
  private byteIds(symbol: string): number[] | undefined {
    const ids: number[] = [];
    for (const byte of new TextEncoder().encode(symbol)) {
      const id = this.vocab.get(BYTE_TOKENS[byte]!);
      if (id === undefined) return undefined;
      ids.push(id);
    }
    return ids;
  }

  toJson() {
    const { options } = this;
    return {
      type: 'BPE',
      dropout: options.dropout === undefined ? null : new JsonFloat(options.dropout),
      unk_token: options.unk_token ?? null,
      continuing_subword_prefix: options.continuing_subword_prefix ?? null,
      end_of_word_suffix: options.end_of_word_suffix ?? null,
      fuse_unk: options.fuse_unk ?? false,
      byte_fallback: options.byte_fallback ?? false,
      ignore_merges: options.ignore_merges ?? false,
      vocab: sortedVocabulary(this.vocab),
      merges: this.merges,
    };
  }
}

/** Pairs, or, in files before 2024, strings with one space. */
function readMerges(fields: Fields): readonly Merge[] | PackedMerges {
  const packed = fields.raw('merges');
  if (isPacked(packed)) return packed;
  return fields.list('merges').map((merge, rank) => {
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    if (
      Array.isArray(pair) &&
      pair.length === 2 &&
      typeof pair[0] === 'string' &&
      typeof pair[1] === 'string'
    ) {
      return pair as [string, string];
    }
    throw new TokenizerFileError(
      `${fields.path}.merges[${rank}]: got ${describe(merge)}, wants two tokens`,
    );
  });
}
