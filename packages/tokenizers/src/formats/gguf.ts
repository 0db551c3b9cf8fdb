import { TokenizerFileError } from '../json/error.ts';
import { describe } from '../json/fields.ts';
import type { GgufValue } from './gguf-metadata.ts';
import { convertSentencePiece } from './sentencepiece.ts';
import type { PieceKind, SentencePieceModel } from './sentencepiece-model.ts';
import { TIKTOKEN_ENCODINGS } from './tiktoken-patterns.ts';
import {
  addedToken,
  byteLevel,
  type ComponentJson,
  type ConvertedTokenizer,
  splitThenBytes,
  template,
} from './tokenizer-file.ts';
import { QWEN2_PATTERN } from './vocab-merges.ts';
import { convertWordPiece } from './vocab-txt.ts';

/** What a token of a GGUF file is, by its number there. */
const KINDS: readonly (PieceKind | undefined)[] = [
  undefined,
  'normal',
  'unknown',
  'control',
  'user defined',
  'unused',
  'byte',
];
/** How text is split before byte-level BPE, by the file's `tokenizer.ggml.pre`. */
const SPLITS: Readonly<Record<string, ComponentJson>> = {
  default: byteLevel(),
  'gpt-2': byteLevel(),
  'llama-bpe': splitThenBytes(TIKTOKEN_ENCODINGS.cl100k_base!.pattern),
  llama3: splitThenBytes(TIKTOKEN_ENCODINGS.cl100k_base!.pattern),
  qwen2: splitThenBytes(QWEN2_PATTERN),
  'gpt-4o': splitThenBytes(TIKTOKEN_ENCODINGS.o200k_base!.pattern),
};
const ROLES = {
  bos: 'bos_token',
  eos: 'eos_token',
  unknown: 'unk_token',
  seperator: 'sep_token',
  padding: 'pad_token',
  cls: 'cls_token',
  mask: 'mask_token',
} as const;

/** Whether a key of the metadata belongs to the tokenizer. */
export const isTokenizerKey = (key: string): boolean =>
  key.startsWith('tokenizer.ggml.') || key === 'tokenizer.chat_template';

/**
 * Turns the tokenizer of a GGUF file into the components of tokenizer.json.
 *
 * @param metadata - The metadata, as `readGgufMetadata` gives it.
 * @param file - The file's name, for messages.
 * @throws TokenizerFileError if the tokenizer is of an unknown kind, or contradicts itself.
 */
export function convertGguf(
  metadata: ReadonlyMap<string, GgufValue>,
  file: string,
): ConvertedTokenizer {
  const fields = new GgufFields(metadata, file);
  const tokens = fields.texts('tokens');
  const kind = metadata.get('tokenizer.ggml.model');
  const converters: Readonly<Record<string, () => ConvertedTokenizer>> = {
    llama: () => convertPieces(fields, tokens, 'bpe'),
    t5: () => convertPieces(fields, tokens, 'unigram'),
    gpt2: () => convertByteLevel(fields, tokens),
    bert: () => convertBert(tokens, file),
  };
  if (typeof kind !== 'string' || !Object.hasOwn(converters, kind)) {
    throw new TokenizerFileError(
      `${file}: tokenizer.ggml.model: got ${describe(kind)}, supported are ${Object.keys(converters).join(', ')}`,
    );
  }
  const converted = converters[kind]!();
  for (const [name, role] of Object.entries(ROLES)) {
    const id = fields.number(`${name}_token_id`);
    if (id === undefined) continue;
    const token = tokens[id];
    if (token === undefined) {
      throw new TokenizerFileError(
        `${file}: tokenizer.ggml.${name}_token_id: got ${id}, but there are ${tokens.length} tokens`,
      );
    }
    if (kind !== 'bert') converted.config[role] = token;
  }
  const chat = metadata.get('tokenizer.chat_template');
  if (typeof chat === 'string') converted.config.chat_template = chat;
  return converted;
}

/** SentencePiece, whose parts GGUF spells out. */
function convertPieces(
  fields: GgufFields,
  tokens: readonly string[],
  modelType: 'bpe' | 'unigram',
): ConvertedTokenizer {
  const scores = fields.numbers('scores', tokens.length);
  const kinds = fields.kinds(tokens.length);
  const unknownId = fields.number('unknown_token_id') ?? kinds.indexOf('unknown');
  const charsmap = fields.optionalNumbers('precompiled_charsmap');
  const model: SentencePieceModel = {
    pieces: tokens.map((piece, id) => ({ piece, score: scores[id]!, kind: kinds[id]! })),
    modelType,
    unknownId,
    unknownPiece: tokens[unknownId] ?? '<unk>',
    byteFallback: modelType === 'bpe',
    charsmap: Uint8Array.from(charsmap ?? []),
    addDummyPrefix: fields.flag('add_space_prefix') ?? true,
    removeExtraWhitespaces: fields.flag('remove_extra_whitespaces') ?? true,
  };
  const settings = { add_prefix_space: model.addDummyPrefix };
  if (modelType === 'unigram') {
    return convertSentencePiece(model, 't5', fields.file, { ...settings, extra_ids: 0 });
  }
  return convertSentencePiece(model, 'llama', fields.file, {
    ...settings,
    add_bos_token: fields.flag('add_bos_token') ?? true,
    add_eos_token: fields.flag('add_eos_token') ?? false,
  });
}

/** GPT-2's bytes behind the split that the file names. */
function convertByteLevel(fields: GgufFields, tokens: readonly string[]): ConvertedTokenizer {
  const pre = fields.text('pre') ?? 'default';
  if (!Object.hasOwn(SPLITS, pre)) {
    throw new TokenizerFileError(
      `${fields.file}: tokenizer.ggml.pre: got ${describe(pre)}, supported are ${Object.keys(SPLITS).join(', ')}`,
    );
  }
  const vocab = new Map(tokens.map((token, id) => [token, id]));
  if (vocab.size < tokens.length) {
    throw new TokenizerFileError(
      `${fields.file}: tokenizer.ggml.tokens: a token stands there twice`,
    );
  }
  const merges = fields.texts('merges').map((line, rank): [string, string] => {
    const pair = line.split(' ');
    if (pair.length === 2) return pair as [string, string];
    throw new TokenizerFileError(
      `${fields.file}: tokenizer.ggml.merges[${rank}]: got ${describe(line)}, wants two tokens`,
    );
  });
  const kinds = fields.kinds(tokens.length);
  const added_tokens = tokens.flatMap((token, id) =>
    kinds[id] === 'control' || kinds[id] === 'user defined'
      ? [addedToken(id, token, kinds[id] === 'control')]
      : [],
  );
  const bos = fields.flag('add_bos_token')
    ? tokens[fields.number('bos_token_id') ?? -1]
    : undefined;
  return {
    file: {
      version: '1.0',
      added_tokens,
      normalizer: pre === 'qwen2' ? { type: 'NFC' } : null,
      pre_tokenizer: SPLITS[pre]!,
      post_processor:
        bos === undefined
          ? byteLevel({ add_prefix_space: true, trim_offsets: false })
          : template(
              `${bos} $A`,
              `${bos} $A ${bos}:1 $B:1`,
              (token) => vocab.get(token),
              fields.file,
            ),
      decoder: byteLevel({ add_prefix_space: true }),
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: pre === 'llama-bpe' || pre === 'llama3',
        vocab: Object.fromEntries(vocab),
        merges,
      },
    },
    config: {},
  };
}

/** GGUF writes `▁the` and `ing` for BERT's `the` and `##ing`. */
function convertBert(tokens: readonly string[], file: string): ConvertedTokenizer {
  const original = tokens.map((token) => {
    if (token.startsWith('▁')) return token.slice(1);
    return /^\[.*\]$/u.test(token) ? token : `##${token}`;
  });
  return convertWordPiece(original, file, {});
}

/** Checked access to the tokenizer's entries. */
class GgufFields {
  constructor(
    private readonly metadata: ReadonlyMap<string, GgufValue>,
    readonly file: string,
  ) {}

  text(name: string): string | undefined {
    return this.typed(name, 'string') as string | undefined;
  }

  flag(name: string): boolean | undefined {
    return this.typed(name, 'boolean') as boolean | undefined;
  }

  number(name: string): number | undefined {
    return this.typed(name, 'number') as number | undefined;
  }

  texts(name: string): string[] {
    return this.list(name, 'string') as string[];
  }

  numbers(name: string, length: number): number[] {
    const list = this.list(name, 'number') as number[];
    if (list.length === length) return list;
    throw this.wrong(name, `a list of ${list.length}`, `one of ${length}, as there are tokens`);
  }

  optionalNumbers(name: string): number[] | undefined {
    if (!this.metadata.has(`tokenizer.ggml.${name}`)) return undefined;
    return this.list(name, 'number') as number[];
  }

  kinds(length: number): PieceKind[] {
    return this.numbers('token_type', length).map((number, id) => {
      const kind = KINDS[number];
      if (kind === undefined) throw this.wrong(`token_type[${id}]`, number, 'a number from 1 to 6');
      return kind;
    });
  }

  private typed(name: string, type: string): GgufValue | undefined {
    const value = this.metadata.get(`tokenizer.ggml.${name}`);
    if (value === undefined || typeof value === type) return value;
    throw this.wrong(name, describe(value), `a ${type}`);
  }

  private list(name: string, type: string): readonly GgufValue[] {
    const value = this.metadata.get(`tokenizer.ggml.${name}`);
    if (Array.isArray(value) && value.every((each) => typeof each === type)) return value;
    throw this.wrong(name, describe(value), `a list of ${type}s`);
  }

  private wrong(name: string, got: unknown, wants: string): TokenizerFileError {
    return new TokenizerFileError(
      `${this.file}: tokenizer.ggml.${name}: got ${got}, wants ${wants}`,
    );
  }
}
