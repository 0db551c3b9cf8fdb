import { TokenizerFileError } from '../json/error.ts';
import { describe, isId } from '../json/fields.ts';
import { checkOptions } from '../options.ts';
import { TIKTOKEN_ENCODINGS } from './tiktoken-patterns.ts';
import {
  addedToken,
  byteLevel,
  type ComponentJson,
  type ConvertedTokenizer,
  splitThenBytes,
} from './tokenizer-file.ts';

/** A family that has `vocab.json` and `merges.txt`. */
export type VocabMergesStyle = 'gpt2' | 'roberta' | 'qwen2';

/** Settings of such a tokenizer, by their names in tokenizer_config.json. */
export interface VocabMergesSettings {
  /** The family; gpt2 by default. */
  style?: VocabMergesStyle;
  /** Put a space before text that has none; false by default. */
  add_prefix_space?: boolean;
}

/** Qwen splits numbers digit by digit, else as cl100k. */
export const QWEN2_PATTERN: string = TIKTOKEN_ENCODINGS.cl100k_base!.pattern.replace(
  String.raw`\p{N}{1,3}`,
  String.raw`\p{N}`,
);

const ROBERTA_ROLES = {
  bos_token: '<s>',
  eos_token: '</s>',
  unk_token: '<unk>',
  sep_token: '</s>',
  pad_token: '<pad>',
  cls_token: '<s>',
  mask_token: '<mask>',
};
const END = '<|endoftext|>';

/**
 * Reads `vocab.json` and `merges.txt`: byte-level BPE as GPT-2's, RoBERTa's or Qwen 2's.
 *
 * @param vocabulary - The parsed vocab.json: ids by token.
 * @param merges - The content of merges.txt: a pair a line, below a line with the version.
 * @param settings - See {@link VocabMergesSettings}.
 * @throws TokenizerFileError naming the entry or line that is wrong.
 */
export function readVocabMerges(
  vocabulary: unknown,
  merges: string,
  settings: VocabMergesSettings = {},
): ConvertedTokenizer {
  checkOptions('readVocabMerges', settings, ['style', 'add_prefix_space']);
  const { style = 'gpt2', add_prefix_space = false } = settings;
  const vocab = readVocabulary(vocabulary);
  const parts = COMPONENTS[style](add_prefix_space, vocab);
  const roles = Object.entries(parts.roles).filter(([, token]) => vocab.has(token));
  const added_tokens = [...new Set(roles.map(([, token]) => token))]
    .map((token) => ({
      ...addedToken(vocab.get(token)!, token),
      // As in transformers, the mask takes the space before it.
      lstrip: token === '<mask>',
      normalized: style !== 'qwen2' && token !== '<mask>',
    }))
    .sort((a, b) => a.id - b.id);
  return {
    file: {
      version: '1.0',
      added_tokens,
      normalizer: style === 'qwen2' ? { type: 'NFC' } : null,
      pre_tokenizer: parts.preTokenizer,
      post_processor: parts.postProcessor,
      decoder: byteLevel({ add_prefix_space: true }),
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(vocab),
        merges: readMerges(merges),
      },
    },
    config: {
      ...Object.fromEntries(roles),
      ...(add_prefix_space && { add_prefix_space }),
    },
  };
}

interface Parts {
  roles: Readonly<Record<string, string>>;
  preTokenizer: ComponentJson;
  postProcessor: ComponentJson;
}

const COMPONENTS: Readonly<
  Record<VocabMergesStyle, (addPrefixSpace: boolean, vocab: ReadonlyMap<string, number>) => Parts>
> = {
  gpt2: (add_prefix_space) => ({
    roles: { bos_token: END, eos_token: END, unk_token: END },
    preTokenizer: byteLevel({ add_prefix_space }),
    postProcessor: byteLevel({ add_prefix_space: true, trim_offsets: false }),
  }),
  roberta: (add_prefix_space, vocab) => ({
    roles: ROBERTA_ROLES,
    preTokenizer: byteLevel({ add_prefix_space }),
    postProcessor: {
      type: 'RobertaProcessing',
      sep: ['</s>', idOf(vocab, '</s>')],
      cls: ['<s>', idOf(vocab, '<s>')],
      trim_offsets: true,
      add_prefix_space,
    },
  }),
  qwen2: () => ({
    roles: { eos_token: END, pad_token: END },
    preTokenizer: splitThenBytes(QWEN2_PATTERN),
    postProcessor: byteLevel({ add_prefix_space: true, trim_offsets: false }),
  }),
};

function idOf(vocab: ReadonlyMap<string, number>, token: string): number {
  const id = vocab.get(token);
  if (id !== undefined) return id;
  throw new TokenizerFileError(`vocab.json: has no ${describe(token)}, which RoBERTa needs`);
}

function readVocabulary(value: unknown): Map<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenizerFileError(`vocab.json: got ${describe(value)}, wants ids by token`);
  }
  const vocab = new Map<string, number>();
  for (const [token, id] of Object.entries(value)) {
    if (!isId(id)) {
      throw new TokenizerFileError(
        `vocab.json: ${describe(token)}: got ${describe(id)}, wants an integer from 0 to 4294967295`,
      );
    }
    vocab.set(token, id);
  }
  return vocab;
}

function readMerges(text: string): [string, string][] {
  const merges: [string, string][] = [];
  text.split('\n').forEach((row, index) => {
    const line = row.replace(/\r$/u, '');
    if (line === '' || (index === 0 && line.startsWith('#version'))) return;
    const pair = line.split(' ');
    if (pair.length !== 2 || pair.includes('')) {
      throw new TokenizerFileError(
        `merges.txt: line ${index + 1}: got ${describe(line)}, wants two tokens and a space between`,
      );
    }
    merges.push(pair as [string, string]);
  });
  return merges;
}
