import { describe, type Fields, isId } from '../json/fields.ts';
import { MergeTable } from './merge-table.ts';
import { mergeWord } from './merge-word.ts';
import type { TokenModel } from './model.ts';

/** Pieces whose ids are remembered; the memory is emptied when full. */
const CACHE_PIECES = 50_000;
/** Longer pieces hardly come again. */
const CACHE_PIECE_LENGTH = 256;

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
}

/** Byte pair encoding (Sennrich et al. 2016): characters joined by a ranked list of merges. */
export class BPE implements TokenModel {
  readonly vocab: ReadonlyMap<string, number>;
  /** Pairs of tokens, the first to be joined first. */
  readonly merges: readonly (readonly [string, string])[];
  /** Settings as given. */
  readonly options: Readonly<BPEOptions>;
  private readonly tokens: ReadonlyMap<number, string>;
  private readonly table: MergeTable;
  private readonly results: Int32Array;
  private readonly unknownId: number | undefined;
  private readonly cache = new Map<string, readonly number[]>();

  /**
   * @param vocab - Ids by token.
   * @param merges - Pairs of tokens, by rank.
   * @param options - Settings.
   * @throws Error if an id stands for two tokens, or a merge or the unknown token is not in `vocab`.
   */
  constructor(
    vocab: ReadonlyMap<string, number>,
    merges: readonly (readonly [string, string])[],
    options: BPEOptions = {},
  ) {
    this.vocab = vocab;
    this.merges = merges;
    this.options = options;
    const tokens = new Map<number, string>();
    for (const [token, id] of vocab) {
      const other = tokens.get(id);
      if (other !== undefined) {
        throw new Error(`BPE: the tokens ${describe(other)} and ${describe(token)} share id ${id}`);
      }
      tokens.set(id, token);
    }
    this.tokens = tokens;
    const { unk_token, continuing_subword_prefix: prefix = '' } = options;
    this.unknownId = unk_token === undefined ? undefined : vocab.get(unk_token);
    if (unk_token !== undefined && this.unknownId === undefined) {
      throw new Error(`BPE: the unk_token ${describe(unk_token)} is not in the vocabulary`);
    }
    const lefts = new Int32Array(merges.length);
    const rights = new Int32Array(merges.length);
    this.results = new Int32Array(merges.length);
    merges.forEach(([left, right], rank) => {
      const find = (token: string): number => {
        const id = vocab.get(token);
        if (id !== undefined) return id;
        throw new Error(
          `BPE: merge ${rank} joins ${describe(left)} and ${describe(right)}, but ${describe(token)} is not in the vocabulary`,
        );
      };
      lefts[rank] = find(left);
      rights[rank] = find(right);
      this.results[rank] = find(left + right.slice(prefix.length));
    });
    this.table = new MergeTable(lefts, rights);
  }

  /** Reads a model from a file. */
  static read(fields: Fields): BPE {
    const dropout = fields.raw('dropout');
    if (dropout != null && dropout !== 0) {
      throw new Error(`${fields.path}.dropout: got ${describe(dropout)}, only null is supported`);
    }
    const options: BPEOptions = {
      unk_token: fields.optionalString('unk_token'),
      continuing_subword_prefix: fields.optionalString('continuing_subword_prefix'),
      end_of_word_suffix: fields.optionalString('end_of_word_suffix'),
      fuse_unk: fields.boolean('fuse_unk', false),
      byte_fallback: fields.boolean('byte_fallback', false),
      ignore_merges: fields.boolean('ignore_merges', false),
    };
    return new BPE(readVocab(fields.fields('vocab')), readMerges(fields), options);
  }

  idToToken(id: number): string | undefined {
    return this.tokens.get(id);
  }

  tokenize(piece: string): readonly number[] {
    const known = this.cache.get(piece);
    if (known !== undefined) return known;
    const whole = this.options.ignore_merges ? this.vocab.get(piece) : undefined;
    const ids =
      whole === undefined ? mergeWord(this.symbols(piece), this.table, this.results) : [whole];
    if (piece.length <= CACHE_PIECE_LENGTH) {
      if (this.cache.size >= CACHE_PIECES) this.cache.clear();
      this.cache.set(piece, ids);
    }
    return ids;
  }

  /** Ids of the characters of a piece, before any merge. */
  private symbols(piece: string): number[] {
    const { continuing_subword_prefix, end_of_word_suffix, fuse_unk, byte_fallback } = this.options;
    const ids: number[] = [];
    // An unknown token waits here until something else follows, so that more can be fused into it.
    let unknown: number | undefined;
    const characters = Array.from(piece);
    characters.forEach((character, index) => {
      let symbol = character;
      if (index > 0 && continuing_subword_prefix) symbol = continuing_subword_prefix + symbol;
      if (index === characters.length - 1 && end_of_word_suffix) symbol += end_of_word_suffix;
      const id = this.vocab.get(symbol);
      if (id !== undefined) {
        if (unknown !== undefined) ids.push(unknown);
        unknown = undefined;
        ids.push(id);
        return;
      }
      const bytes = byte_fallback ? this.byteTokens(symbol) : undefined;
      if (bytes !== undefined) {
        // As in the Rust library, a waiting unknown token stays behind the bytes.
        ids.push(...bytes);
      } else if (this.unknownId !== undefined) {
        if (unknown !== undefined && !fuse_unk) ids.push(unknown);
        unknown = this.unknownId;
      }
    });
    if (unknown !== undefined) ids.push(unknown);
    return ids;
  }

  /** The byte tokens of a symbol, or undefined if the vocabulary lacks one of them. */
  private byteTokens(symbol: string): number[] | undefined {
    const ids: number[] = [];
    for (const byte of new TextEncoder().encode(symbol)) {
      const id = this.vocab.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
      if (id === undefined) return undefined;
      ids.push(id);
    }
    return ids;
  }

  toJson() {
    const { options } = this;
    return {
      type: 'BPE',
      dropout: null,
      unk_token: options.unk_token ?? null,
      continuing_subword_prefix: options.continuing_subword_prefix ?? null,
      end_of_word_suffix: options.end_of_word_suffix ?? null,
      fuse_unk: options.fuse_unk ?? false,
      byte_fallback: options.byte_fallback ?? false,
      ignore_merges: options.ignore_merges ?? false,
      vocab: new Map([...this.vocab].sort(([, a], [, b]) => a - b)),
      merges: this.merges,
    };
  }
}

function readVocab(fields: Fields): Map<string, number> {
  const vocab = new Map<string, number>();
  for (const [token, id] of fields.entries()) {
    // Ids live in 32-bit arrays beside the mark -1.
    if (!isId(id) || id >= 2 ** 31) {
      throw new Error(
        `${fields.path}: the id of ${describe(token)} is ${describe(id)}, wants an integer from 0 to 2147483647`,
      );
    }
    vocab.set(token, id);
  }
  return vocab;
}

/** Pairs, or, in files before 2024, strings with one space. */
function readMerges(fields: Fields): [string, string][] {
  return fields.list('merges').map((merge, rank) => {
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    if (
      Array.isArray(pair) &&
      pair.length === 2 &&
      pair.every((each) => typeof each === 'string')
    ) {
      return pair as [string, string];
    }
    throw new Error(`${fields.path}.merges[${rank}]: got ${describe(merge)}, wants two tokens`);
  });
}
