import { BYTE_TO_CHARACTER } from '../byte-alphabet.ts';
import { TokenizerFileError } from '../json/error.ts';
import { checkOptions } from '../options.ts';
import { TIKTOKEN_ENCODINGS } from './tiktoken-patterns.ts';
import {
  addedToken,
  byteLevel,
  type ConvertedTokenizer,
  splitThenBytes,
} from './tokenizer-file.ts';

/** What a file of ranks does not say. */
export interface TiktokenOptions {
  /** Name of a known encoding, such as `cl100k_base`; from the file's name where it tells. */
  encoding?: string;
  /** The splitting pattern; the encoding's, or cl100k's where there is none. */
  pattern?: string;
  /** Ids of the special tokens; the encoding's by default. */
  special_tokens?: Readonly<Record<string, number>>;
}

/** Tokens of a file, at most: far above any vocabulary, far below what stalls a page. */
const MOST_TOKENS = 4_000_000;
/** Characters of a token in base64, at most: finding its merges takes time in their square. */
const MOST_BYTES = 2048;

/**
 * Reads a file of ranks (`.tiktoken`): lines of a token's bytes in base64 and its rank.
 *
 * @param text - The file.
 * @param name - Its name, for messages and to tell the encoding.
 * @param options - See {@link TiktokenOptions}.
 * @throws TokenizerFileError naming the line that is wrong.
 */
export function readTiktoken(
  text: string,
  name: string,
  options: TiktokenOptions = {},
): ConvertedTokenizer {
  checkOptions('readTiktoken', options, ['encoding', 'pattern', 'special_tokens']);
  const known = options.encoding ?? name.replace(/^.*\//u, '').replace(/\.tiktoken$/u, '');
  const encoding = Object.hasOwn(TIKTOKEN_ENCODINGS, known) ? TIKTOKEN_ENCODINGS[known] : undefined;
  if (options.encoding !== undefined && encoding === undefined) {
    throw new Error(
      `readTiktoken: encoding: got ${JSON.stringify(known)}, wants one of ${Object.keys(TIKTOKEN_ENCODINGS).join(', ')}; or give pattern`,
    );
  }
  const pattern = options.pattern ?? (encoding ?? TIKTOKEN_ENCODINGS.cl100k_base!).pattern;
  const special = options.special_tokens ?? encoding?.special_tokens ?? {};
  const ranks = readRanks(text, name);
  // Special tokens stand in the vocabulary too: their ids may leave gaps, which added tokens cannot.
  const vocab = [...ranks].map(([bytes, rank]): [string, number] => [spell(bytes), rank]);
  vocab.push(...Object.entries(special));
  const file: ConvertedTokenizer['file'] = {
    version: '1.0',
    added_tokens: Object.entries(special)
      .sort(([, a], [, b]) => a - b)
      .map(([token, id]) => addedToken(id, token)),
    normalizer: null,
    pre_tokenizer: splitThenBytes(pattern),
    post_processor: byteLevel({ add_prefix_space: true, trim_offsets: false }),
    decoder: byteLevel({ add_prefix_space: true }),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(vocab),
      merges: mergesOf(ranks),
    },
  };
  const end = Object.hasOwn(special, '<|endoftext|>') ? { eos_token: '<|endoftext|>' } : {};
  return { file, config: end };
}

/** Ranks by the token's bytes, one character a byte. */
function readRanks(text: string, name: string): Map<string, number> {
  const ranks = new Map<string, number>();
  const seen = new Set<number>();
  let line = 0;
  for (const row of text.split('\n')) {
    line++;
    if (row.trim() === '') continue;
    const [, base64, digits] = /^([A-Za-z0-9+/]+={0,2}) (\d{1,9})\r?$/u.exec(row) ?? [];
    if (base64 === undefined || base64.length % 4 !== 0 || base64.length > MOST_BYTES) {
      throw new TokenizerFileError(
        `${name}: line ${line}: got ${JSON.stringify(row.slice(0, 40))}, wants base64 of at most ${MOST_BYTES} characters, a space and a rank`,
      );
    }
    const bytes = atob(base64);
    const rank = Number(digits);
    if (ranks.has(bytes) || seen.has(rank) || ranks.size >= MOST_TOKENS) {
      throw new TokenizerFileError(
        `${name}: line ${line}: the token or its rank ${rank} stands there twice, or there are over ${MOST_TOKENS}`,
      );
    }
    ranks.set(bytes, rank);
    seen.add(rank);
  }
  if (ranks.size === 0) throw new TokenizerFileError(`${name}: holds no tokens`);
  return ranks;
}

/**
 * The merges that rebuild each token from two others, by rank of the result, then of the parts: as
 * many as there are ways, as transformers writes them.
 */
function mergesOf(ranks: ReadonlyMap<string, number>): [string, string][] {
  const merges: {
    left: string;
    right: string;
    leftRank: number;
    rightRank: number;
    rank: number;
  }[] = [];
  for (const [bytes, rank] of ranks) {
    for (let cut = 1; cut < bytes.length; cut++) {
      const left = bytes.slice(0, cut);
      const right = bytes.slice(cut);
      const leftRank = ranks.get(left);
      const rightRank = ranks.get(right);
      if (leftRank === undefined || rightRank === undefined) continue;
      merges.push({ left, right, leftRank, rightRank, rank });
    }
  }
  merges.sort((a, b) => a.rank - b.rank || a.leftRank - b.leftRank || a.rightRank - b.rightRank);
  return merges.map(({ left, right }) => [spell(left), spell(right)]);
}

/** Bytes as characters of GPT-2's alphabet. */
function spell(bytes: string): string {
  let spelled = '';
  for (let i = 0; i < bytes.length; i++) spelled += BYTE_TO_CHARACTER[bytes.charCodeAt(i)];
  return spelled;
}
