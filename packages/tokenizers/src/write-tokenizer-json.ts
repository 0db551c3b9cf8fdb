import type { JsonWritable } from './json/fields.ts';
import { prettyJson } from './json/pretty.ts';
import type { Tokenizer } from './tokenizer.ts';
import { VERSION } from './tokenizer-json.ts';

/**
 * Writes a tokenizer as the content of a tokenizer.json that the Rust library loads.
 *
 * @param tokenizer - What to write.
 */
export function writeTokenizerJson(tokenizer: Tokenizer): string {
  const { truncation, padding, normalizer, preTokenizer, postProcessor, decoder, model } =
    tokenizer.parts;
  const file: Record<string, JsonWritable> = {
    version: VERSION,
    truncation: truncation ?? null,
    padding: padding ?? null,
    added_tokens: tokenizer.addedVocabulary.tokens.map(([id, token]) => ({ id, ...token })),
    normalizer: normalizer?.toJson() ?? null,
    pre_tokenizer: preTokenizer?.toJson() ?? null,
    post_processor: postProcessor?.toJson() ?? null,
    decoder: decoder?.toJson() ?? null,
    model: model.toJson(),
  };
  return prettyJson(file);
}
