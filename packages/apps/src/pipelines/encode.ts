import type { PreTrainedModel } from '@llm/nn';
import type { Encoding, PreTrainedTokenizer, Truncation } from '@llm/tokenizers';
import { WrongInputError } from './errors.ts';

/** Where a tokenizer's file names no limit. */
const noLimit = 1e30;

/** Most tokens that a model takes at once; undefined if there is no limit. */
export function longestInput(
  model: PreTrainedModel,
  tokenizer: PreTrainedTokenizer,
): number | undefined {
  if (tokenizer.model_max_length < noLimit) return tokenizer.model_max_length;
  const config = model.config as unknown as Record<string, unknown>;
  // RoBERTa's tables and those of its descendants begin with rows for positions up to the padding token.
  const reserved = /roberta|camembert|mpnet/.test(String(config.model_type))
    ? (model.config.pad_token_id ?? 1) + 1
    : 0;
  for (const name of ['max_position_embeddings', 'n_positions']) {
    if (typeof config[name] === 'number') return (config[name] as number) - reserved;
  }
  return undefined;
}

/** How texts become tokens. */
interface EncodeSettings {
  /** What is cut where a text is too long. Default: the longer one first. */
  readonly truncation?: Truncation['strategy'] | false;
  /** Most tokens. Default: what the model takes. */
  readonly max_length?: number | undefined;
  /** Tokens that windows share; with it, what is cut off comes in further windows. */
  readonly stride?: number;
}

/**
 * The tokens of a text, or of a pair.
 *
 * @throws WrongInputError if there is not one token, as for an empty text where the tokenizer adds none
 */
export function encodeText(
  {
    model,
    tokenizer,
  }: { readonly model: PreTrainedModel; readonly tokenizer: PreTrainedTokenizer },
  text: string,
  pair?: string,
  { truncation = 'longest_first', max_length, stride }: EncodeSettings = {},
): Encoding {
  const length = max_length ?? longestInput(model, tokenizer);
  const encoding = tokenizer.encode_plus(text, {
    ...(pair !== undefined && { text_pair: pair }),
    ...(truncation && length !== undefined && { truncation, max_length: length }),
    ...(stride !== undefined && { stride }),
  });
  if (encoding.length === 0) {
    throw new WrongInputError(`no token to work on: the text ${JSON.stringify(text)} has none`);
  }
  return encoding;
}
