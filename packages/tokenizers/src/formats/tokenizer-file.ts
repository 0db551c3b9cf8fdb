import { TokenizerFileError } from '../json/error.ts';

/** A component as it stands in tokenizer.json. */
export type ComponentJson = { readonly type: string; readonly [field: string]: unknown };

/** An added token as it stands in tokenizer.json. */
export interface AddedTokenJson {
  /** Its id. */
  id: number;
  /** Its text. */
  content: string;
  /** Only match where no word character touches it. */
  single_word: boolean;
  /** Take white space on its left with it. */
  lstrip: boolean;
  /** Take white space on its right with it. */
  rstrip: boolean;
  /** Match in the normalized text. */
  normalized: boolean;
  /** Left out by `decode` with `skip_special_tokens`. */
  special: boolean;
}

/** What every format is turned into: the content of a tokenizer.json. */
export interface TokenizerFile {
  /** Always 1.0. */
  version: '1.0';
  /** Tokens found before the model sees the text, by id. */
  added_tokens: AddedTokenJson[];
  /** Rewrites the text. */
  normalizer: ComponentJson | null;
  /** Splits the text. */
  pre_tokenizer: ComponentJson | null;
  /** Adds special tokens. */
  post_processor: ComponentJson | null;
  /** Turns tokens into text. */
  decoder: ComponentJson | null;
  /** Turns pieces into ids. */
  model: ComponentJson;
}

/** A tokenizer.json and what belongs beside it, in tokenizer_config.json. */
export interface ConvertedTokenizer {
  /** The tokenizer. */
  file: TokenizerFile;
  /** Roles of special tokens and settings, by their names in tokenizer_config.json. */
  config: Record<string, unknown>;
}

/** An added token without peculiarities. */
export function addedToken(id: number, content: string, special = true): AddedTokenJson {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special,
  };
}

/** A sequence of components. */
export function sequence(
  field: 'normalizers' | 'pretokenizers' | 'decoders',
  components: readonly ComponentJson[],
): ComponentJson {
  return { type: 'Sequence', [field]: components };
}

/** The components of a byte-level BPE behind a splitting pattern. */
export function splitThenBytes(pattern: string): ComponentJson {
  return sequence('pretokenizers', [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    byteLevel({ use_regex: false }),
  ]);
}

/** A ByteLevel component; the file carries all three settings whatever its kind. */
export function byteLevel(
  options: { add_prefix_space?: boolean; trim_offsets?: boolean; use_regex?: boolean } = {},
): ComponentJson {
  return {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
    ...options,
  };
}

/**
 * Templates that put special tokens around one and two inputs.
 *
 * @param single - Such as `[CLS] $A [SEP]`.
 * @param pair - Such as `[CLS] $A [SEP] $B:1 [SEP]:1`.
 * @param idOf - Finds the id of a token.
 * @param file - Where the tokens come from, for messages.
 * @throws TokenizerFileError if a token has no id.
 */
export function template(
  single: string,
  pair: string,
  idOf: (token: string) => number | undefined,
  file: string,
): ComponentJson {
  const special = new Map<string, object>();
  const pieces = (text: string) =>
    text.split(' ').map((part) => {
      const [, id, type] = /^(.+?)(?::(\d+))?$/u.exec(part)!;
      const type_id = Number(type ?? 0);
      if (id === '$A' || id === '$B') return { Sequence: { id: id.slice(1), type_id } };
      const number = idOf(id!);
      if (number === undefined) {
        throw new TokenizerFileError(`${file}: the vocabulary has no ${JSON.stringify(id)}`);
      }
      special.set(id!, { id, ids: [number], tokens: [id] });
      return { SpecialToken: { id, type_id } };
    });
  const templates = { single: pieces(single), pair: pieces(pair) };
  return {
    type: 'TemplateProcessing',
    ...templates,
    special_tokens: Object.fromEntries([...special].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
