import { TokenizerFileError } from '../json/error.ts';
import { checkOptions } from '../options.ts';
import { scoredMerges } from './scored-merges.ts';
import type { SentencePieceModel } from './sentencepiece-model.ts';
import {
  SENTENCEPIECE_STYLES,
  type SentencePieceSettings,
  type SentencePieceStyle,
  type SentencePieceStyleName,
  SPACE_STYLE,
} from './sentencepiece-styles.ts';
import {
  addedToken,
  type ComponentJson,
  type ConvertedTokenizer,
  template,
} from './tokenizer-file.ts';

const DEFAULTS: SentencePieceSettings = {
  legacy: true,
  add_prefix_space: true,
  keep_accents: false,
  do_lower_case: true,
  extra_ids: 100,
  add_bos_token: true,
  add_eos_token: false,
};
/** Tokens `<extra_id_…>`, at most. */
const MOST_EXTRA_IDS = 100_000;

/**
 * Turns a SentencePiece model into the components that transformers makes of it.
 *
 * @param model - The model.
 * @param styleName - The family of models it belongs to.
 * @param file - Its name, for messages.
 * @param settings - What tokenizer_config.json says; see {@link SentencePieceSettings}.
 * @throws TokenizerFileError if the model lacks a token that the family needs.
 */
export function convertSentencePiece(
  model: SentencePieceModel,
  styleName: SentencePieceStyleName,
  file: string,
  settings: Partial<SentencePieceSettings> = {},
): ConvertedTokenizer {
  checkOptions('convertSentencePiece', settings, Object.keys(DEFAULTS));
  const style: SentencePieceStyle = SENTENCEPIECE_STYLES[styleName];
  const all = { ...DEFAULTS, ...settings };
  if (!Number.isInteger(all.extra_ids) || all.extra_ids < 0 || all.extra_ids > MOST_EXTRA_IDS) {
    throw new TokenizerFileError(
      `tokenizer_config.json: extra_ids: got ${all.extra_ids}, wants 0 to ${MOST_EXTRA_IDS}`,
    );
  }
  const vocab = style.vocab(model, all);
  const ids = new Map(vocab.map(([piece], id) => [piece, id]));
  const special = new Set(style.specialPieces);
  const added = model.pieces.flatMap(({ piece, kind }) => {
    const id = ids.get(piece);
    if (id === undefined || (kind !== 'control' && kind !== 'user defined')) return [];
    return [addedToken(id, piece, kind === 'control' || special.has(piece))];
  });
  const named = new Set(added.map(({ content }) => content));
  const add = (content: string, change: { lstrip?: boolean } = {}): void => {
    const id = ids.get(content);
    if (id === undefined || named.has(content)) return;
    named.add(content);
    added.push({ ...addedToken(id, content), ...change });
  };
  for (const content of Object.values(style.roles)) add(content);
  // As in transformers, a mask takes the space before it.
  const masked = ['<mask>', '[MASK]'].find((token) => ids.has(token));
  if (masked !== undefined && styleName !== 'plain' && styleName !== 'llama') {
    add(masked, { lstrip: true });
  }
  const extra = styleName === 't5' ? extraIds(all.extra_ids) : [];
  for (const content of extra) add(content);
  const templates = style.templates?.(all);
  const config: Record<string, unknown> = { ...style.roles };
  if (masked !== undefined && styleName === 'xlm-roberta') config.mask_token = masked;
  if (extra.length > 0) config.additional_special_tokens = extra;
  return {
    file: {
      version: '1.0',
      added_tokens: added.sort((a, b) => a.id - b.id),
      normalizer: (style.normalizer ?? SPACE_STYLE.normalizer)(model, all),
      pre_tokenizer: (style.preTokenizer ?? SPACE_STYLE.preTokenizer)(all),
      post_processor:
        templates === undefined
          ? null
          : template(templates[0], templates[1], (token) => ids.get(token), file),
      decoder: (style.decoder ?? SPACE_STYLE.decoder)(all),
      model: modelOf(model, style, vocab, ids, file),
    },
    config,
  };
}

function extraIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `<extra_id_${index}>`);
}

function modelOf(
  model: SentencePieceModel,
  style: SentencePieceStyle,
  vocab: [string, number][],
  ids: ReadonlyMap<string, number>,
  file: string,
): ComponentJson {
  const byte_fallback = style.byteFallback ?? false;
  if (model.modelType === 'unigram') {
    return { type: 'Unigram', unk_id: style.unknownId ?? model.unknownId, vocab, byte_fallback };
  }
  if (model.modelType !== 'bpe') {
    throw new TokenizerFileError(
      `${file}: trainer_spec.model_type: got ${JSON.stringify(model.modelType)}, supported are "unigram" and "bpe"`,
    );
  }
  const parts = new Map(model.pieces.map(({ piece }, id) => [piece, id]));
  // Gemma spells the tab by a byte, which may be a part of merges all the same.
  if (ids.has('\t') && !parts.has('\t')) parts.set('\t', parts.get('<0x09>')!);
  return {
    type: 'BPE',
    dropout: null,
    unk_token: model.unknownPiece,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback,
    ignore_merges: false,
    vocab: Object.fromEntries(ids),
    merges: scoredMerges(vocab, parts),
  };
}
