import { TokenizerFileError } from '../json/error.ts';
import type { SentencePieceModel } from './sentencepiece-model.ts';
import { type ComponentJson, sequence } from './tokenizer-file.ts';

/** Settings of a SentencePiece tokenizer, by their names in tokenizer_config.json. */
export interface SentencePieceSettings {
  /** How the first word gets its space: as models before 2023 learned it (true, the default). */
  legacy: boolean;
  /** Whether the first word gets a space at all. */
  add_prefix_space: boolean;
  /** Whether accents stay (ALBERT). */
  keep_accents: boolean;
  /** Whether text becomes lower case (ALBERT). */
  do_lower_case: boolean;
  /** Tokens `<extra_id_0>`, … of T5. */
  extra_ids: number;
  /** Whether a text starts with the `bos_token` (Llama, Gemma). */
  add_bos_token: boolean;
  /** Whether a text ends with the `eos_token` (Llama, Gemma). */
  add_eos_token: boolean;
}

/** A family of models that wrap SentencePiece in their own way. */
export interface SentencePieceStyle {
  /** Roles of special tokens. */
  roles: Readonly<Record<string, string>>;
  /** Tokens with scores, by id. */
  vocab(model: SentencePieceModel, settings: SentencePieceSettings): [string, number][];
  /** Id of the unknown token; the model's by default. */
  unknownId?: number;
  /** Whether unknown characters are spelled by byte tokens. */
  byteFallback?: boolean;
  /** User-defined pieces that count as special tokens. */
  specialPieces?: readonly string[];
  /** Components; those of {@link SPACE_STYLE} where absent. */
  normalizer?(model: SentencePieceModel, settings: SentencePieceSettings): ComponentJson | null;
  /** See {@link normalizer}. */
  preTokenizer?(settings: SentencePieceSettings): ComponentJson | null;
  /** See {@link normalizer}. */
  decoder?(settings: SentencePieceSettings): ComponentJson;
  /** What is put around one and two inputs. */
  templates?(settings: SentencePieceSettings): [string, string] | undefined;
}

type Vocab = [string, number][];
const piecesOf = (model: SentencePieceModel, from = 0): Vocab =>
  model.pieces.slice(from).map(({ piece, score }) => [piece, score]);

/** The tokens that fairseq put before the pieces. */
const FAIRSEQ: Vocab = [
  ['<s>', 0],
  ['<pad>', 0],
  ['</s>', 0],
  ['<unk>', 0],
];

const replace = (text: string, content: string): ComponentJson => ({
  type: 'Replace',
  pattern: { String: text },
  content,
});
const collapseSpaces = (content: string): ComponentJson => ({
  type: 'Replace',
  pattern: { Regex: ' {2,}' },
  content,
});

/** The compiled normalization of a model, as a list of no or one component. */
export function precompiled(model: SentencePieceModel): ComponentJson[] {
  if (model.charsmap.length === 0) return [];
  let bytes = '';
  for (const byte of model.charsmap) bytes += String.fromCharCode(byte);
  return [{ type: 'Precompiled', precompiled_charsmap: btoa(bytes) }];
}

function metaspace(settings: SentencePieceSettings, split: boolean): ComponentJson {
  const scheme = settings.legacy ? 'always' : 'first';
  const prepend_scheme = settings.add_prefix_space ? scheme : 'never';
  return { type: 'Metaspace', replacement: '▁', prepend_scheme, split };
}

/** What most families share: the model's normalization, and words that start with `▁`. */
export const SPACE_STYLE = {
  normalizer: (model: SentencePieceModel): ComponentJson =>
    sequence('normalizers', [
      ...precompiled(model),
      { type: 'Strip', strip_left: false, strip_right: true },
      collapseSpaces('▁'),
    ]),
  preTokenizer: (settings: SentencePieceSettings): ComponentJson => metaspace(settings, true),
  decoder: (settings: SentencePieceSettings): ComponentJson => metaspace(settings, true),
} as const;

/** Spaces back, bytes to text, one text; and the space before the first word away. */
const bytesDecoder = (stripSpace: boolean): ComponentJson =>
  sequence('decoders', [
    replace('▁', ' '),
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    ...(stripSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
  ]);

/** Templates of Llama and Gemma, whose settings say which end gets a token. */
function beginAndEnd(bos: string, eos: string) {
  return (settings: SentencePieceSettings): [string, string] | undefined => {
    const { add_bos_token: begin, add_eos_token: end } = settings;
    if (!begin && !end) return undefined;
    const around = (input: string, type: string) =>
      `${begin ? `${bos}${type} ` : ''}${input}${type}${end ? ` ${eos}${type}` : ''}`;
    const single = around('$A', ':0');
    return [single, `${single} ${around('$B', ':1')}`];
  };
}

/** ALBERT likes its scores of "9," lower. */
function lowerNumbersWithComma(pieces: Vocab): Vocab {
  return pieces.map(([piece, score]) => [piece, /\p{Nd},$/u.test(piece) ? score - 100 : score]);
}

/** Gemma's files lack the tab and have it as a byte. */
function withTab(pieces: Vocab): Vocab {
  if (pieces.some(([piece]) => piece === '\t')) return pieces;
  return pieces.map(([piece, score]) => (piece === '<0x09>' ? ['\t', 0] : [piece, score]));
}

/** The families by their `model_type`. */
export const SENTENCEPIECE_STYLES = {
  plain: { roles: {}, vocab: (model) => piecesOf(model) },
  t5: {
    roles: { eos_token: '</s>', unk_token: '<unk>', pad_token: '<pad>' },
    vocab: (model, { extra_ids }) => [
      ...piecesOf(model),
      ...Array.from({ length: extra_ids }, (_, index): [string, number] => [
        `<extra_id_${extra_ids - 1 - index}>`,
        0,
      ]),
    ],
    templates: () => ['$A </s>', '$A </s> $B </s>'],
  },
  'xlm-roberta': {
    roles: {
      bos_token: '<s>',
      eos_token: '</s>',
      unk_token: '<unk>',
      sep_token: '</s>',
      cls_token: '<s>',
      pad_token: '<pad>',
    },
    vocab: (model) => [...FAIRSEQ, ...piecesOf(model, 3), ['<mask>', 0]],
    unknownId: 3,
    templates: () => ['<s> $A </s>', '<s> $A </s> </s> $B </s>'],
  },
  albert: {
    roles: {
      bos_token: '[CLS]',
      eos_token: '[SEP]',
      unk_token: '<unk>',
      sep_token: '[SEP]',
      pad_token: '<pad>',
      cls_token: '[CLS]',
    },
    vocab: (model) => lowerNumbersWithComma(piecesOf(model)),
    normalizer: (model, { keep_accents, do_lower_case }) =>
      sequence('normalizers', [
        replace('``', '"'),
        replace("''", '"'),
        ...(keep_accents ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
        ...(do_lower_case ? [{ type: 'Lowercase' }] : []),
        ...precompiled(model),
        collapseSpaces(' '),
      ]),
    templates: () => ['[CLS] $A [SEP]', '[CLS] $A [SEP] $B:1 [SEP]:1'],
  },
  llama: {
    roles: { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' },
    vocab: (model) => [
      ...model.pieces.slice(0, 3).map(({ piece }): [string, number] => [piece, 0]),
      ...piecesOf(model, 3),
    ],
    unknownId: 0,
    byteFallback: true,
    normalizer: (_, { legacy, add_prefix_space }) =>
      legacy
        ? sequence('normalizers', [
            ...(add_prefix_space ? [{ type: 'Prepend', prepend: '▁' }] : []),
            replace(' ', '▁'),
          ])
        : null,
    preTokenizer: (settings) => (settings.legacy ? null : metaspace(settings, false)),
    decoder: ({ add_prefix_space }) => bytesDecoder(add_prefix_space),
    templates: beginAndEnd('<s>', '</s>'),
  },
  gemma: {
    roles: { bos_token: '<bos>', eos_token: '<eos>', unk_token: '<unk>', pad_token: '<pad>' },
    vocab: (model) => withTab([['<pad>', 0], ['<eos>', 0], ['<bos>', 0], ...piecesOf(model, 3)]),
    unknownId: 3,
    byteFallback: true,
    specialPieces: ['<start_of_turn>', '<end_of_turn>'],
    normalizer: () => replace(' ', '▁'),
    preTokenizer: () => ({
      type: 'Split',
      pattern: { String: ' ' },
      behavior: 'MergedWithPrevious',
      invert: false,
    }),
    decoder: () => bytesDecoder(false),
    templates: beginAndEnd('<bos>', '<eos>'),
  },
} satisfies Readonly<Record<SentencePieceStyleName, SentencePieceStyle>>;

/** Name of a family of models that wrap SentencePiece. */
export type SentencePieceStyleName = 'plain' | 't5' | 'xlm-roberta' | 'albert' | 'llama' | 'gemma';

const FAMILIES: Readonly<Record<string, SentencePieceStyleName>> = {
  t5: 't5',
  mt5: 't5',
  umt5: 't5',
  longt5: 't5',
  xlmroberta: 'xlm-roberta',
  albert: 'albert',
  llama: 'llama',
  mistral: 'llama',
  mixtral: 'llama',
  codellama: 'llama',
  phi3: 'llama',
  gemma: 'gemma',
  gemma2: 'gemma',
};

/**
 * The style of a tokenizer class or model type, such as `T5Tokenizer` or `xlm-roberta`.
 *
 * @param name - From tokenizer_config.json or config.json; undefined if neither tells.
 * @param file - The model's name, for messages.
 * @throws TokenizerFileError if the family is not known; a wrong one would give wrong ids.
 */
export function sentencePieceStyle(name: string | undefined, file: string): SentencePieceStyleName {
  if (name === undefined || name === 'plain') return 'plain';
  const family = name
    .replace(/Tokenizer(Fast)?$/u, '')
    .replace(/[-_]/gu, '')
    .toLowerCase();
  if (Object.hasOwn(FAMILIES, family)) return FAMILIES[family]!;
  throw new TokenizerFileError(
    `${file}: how ${JSON.stringify(name)} wraps SentencePiece is not known; known are ${Object.keys(FAMILIES).join(', ')}`,
  );
}
