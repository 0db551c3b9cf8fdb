import { TokenizerFileError } from '../json/error.ts';
import { checkOptions } from '../options.ts';
import { addedToken, type ConvertedTokenizer, template } from './tokenizer-file.ts';

/** Settings of a BERT tokenizer, by their names in tokenizer_config.json. */
export interface BertSettings {
  /** Whether text becomes lower case; true by default. */
  do_lower_case?: boolean;
  /** Whether accents go; by default they do with lower case. */
  strip_accents?: boolean | null;
  /** Whether Chinese characters are words of their own; true by default. */
  tokenize_chinese_chars?: boolean;
}

const ROLES = {
  unk_token: '[UNK]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  cls_token: '[CLS]',
  mask_token: '[MASK]',
};

/**
 * Reads BERT's `vocab.txt`: a token a line, its id the line's number.
 *
 * @param text - The file.
 * @param file - Its name, for messages.
 * @param settings - See {@link BertSettings}.
 * @throws TokenizerFileError if a token stands there twice or one that BERT needs is missing.
 */
export function readVocabTxt(
  text: string,
  file: string,
  settings: BertSettings = {},
): ConvertedTokenizer {
  const names = ['do_lower_case', 'strip_accents', 'tokenize_chinese_chars'];
  checkOptions('readVocabTxt', settings, names);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return convertWordPiece(
    lines.map((line) => line.replace(/\r$/u, '')),
    file,
    settings,
  );
}

/**
 * Wraps WordPiece tokens as BERT does.
 *
 * @param tokens - The tokens by id.
 * @param file - Where they come from, for messages.
 * @param settings - See {@link BertSettings}.
 * @throws TokenizerFileError if a token stands there twice or one that BERT needs is missing.
 */
export function convertWordPiece(
  tokens: readonly string[],
  file: string,
  settings: BertSettings,
): ConvertedTokenizer {
  const vocab = new Map<string, number>();
  tokens.forEach((token, id) => {
    const other = vocab.get(token);
    if (other !== undefined) {
      throw new TokenizerFileError(
        `${file}: ${JSON.stringify(token)} stands in line ${other + 1} and in line ${id + 1}`,
      );
    }
    vocab.set(token, id);
  });
  const added_tokens = Object.values(ROLES)
    .filter((token) => vocab.has(token))
    .map((token) => addedToken(vocab.get(token)!, token))
    .sort((a, b) => a.id - b.id);
  return {
    file: {
      version: '1.0',
      added_tokens,
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: settings.tokenize_chinese_chars ?? true,
        strip_accents: settings.strip_accents ?? null,
        lowercase: settings.do_lower_case ?? true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: template(
        '[CLS] $A [SEP]',
        '[CLS] $A [SEP] $B:1 [SEP]:1',
        (token) => vocab.get(token),
        file,
      ),
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocab),
      },
    },
    config: { ...ROLES, model_input_names: ['input_ids', 'token_type_ids', 'attention_mask'] },
  };
}
