import type { Seq2SeqLM } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';
import { WrongInputError } from './errors.ts';
import { callable, type PipelineBase, type PipelineParts } from './parts.ts';
import {
  disposer,
  type Encode,
  encodeSource,
  generateTexts,
  prefixOf,
  type TextToTextOptions,
} from './text-to-text.ts';

const task = 'translation';

/** A text in another language. */
export interface Translation {
  readonly translation_text: string;
}

/** Options of a call: those of generation, and these. */
export interface TranslationOptions extends TextToTextOptions {
  /** Language of the text, by the model's own code, such as `eng_Latn` (NLLB), `en_XX` (mBART) or `en` (M2M100, T5). */
  readonly src_lang?: string;
  /** Language of the translation. */
  readonly tgt_lang?: string;
}

/** Translates texts. */
export interface TranslationPipeline extends PipelineBase<Seq2SeqLM> {
  (texts: string | readonly string[], options?: TranslationOptions): Promise<Translation[]>;
}

/** Makes the pipeline. */
export function translation(parts: PipelineParts<Seq2SeqLM>): TranslationPipeline {
  const call = async (input: string | readonly string[], options: TranslationOptions = {}) => {
    const { src_lang, tgt_lang, ...settings } = options;
    const { encode, forced } = languages(parts, src_lang, tgt_lang, settings.truncation);
    const { texts } = await generateTexts(task, parts, input, encode, {
      ...(forced !== undefined && { forced_bos_token_id: forced }),
      ...settings,
    });
    return texts.flat().map((translation_text) => ({ translation_text }));
  };
  return callable(call, { ...parts, task, dispose: disposer(parts.model) });
}

/** How a model is told the languages: by a prefix in words (T5), or by tokens. */
function languages(
  parts: PipelineParts<Seq2SeqLM>,
  source: string | undefined,
  target: string | undefined,
  truncation: boolean | undefined,
): { encode: Encode; forced?: number } {
  const { model, tokenizer } = parts;
  const plain = encodeSource(parts, truncation);
  if (source === undefined && target === undefined) return { encode: plain };
  const prefix = prefixOf(model, `translation_${source}_to_${target}`);
  if (prefix !== '') return { encode: (text) => plain(prefix + text) };
  const forced = target === undefined ? undefined : languageToken(tokenizer, 'tgt_lang', target);
  const encode = source === undefined ? plain : fromLanguage(tokenizer, plain, source);
  return { encode, ...(forced !== undefined && { forced }) };
}

/** Puts the token of a language where the tokenizer puts that of its own source language. */
function fromLanguage(tokenizer: PreTrainedTokenizer, plain: Encode, source: string): Encode {
  const own = languageToken(tokenizer, 'src_lang', source);
  const common = new Set(Object.values(tokenizer.special_tokens_map));
  const place = plain('').findIndex((id) => !common.has(tokenizer.id_to_token(id)!));
  if (place < 0) {
    throw new WrongInputError(
      `${task}: this tokenizer marks no source language; leave src_lang out`,
    );
  }
  const fromEnd = plain('').length - place;
  // The texts' tokens stand between the marks, so a mark at the end is counted from there.
  const isFirst = place === 0;
  return (text) => {
    const ids = plain(text);
    return ids.with(isFirst ? 0 : ids.length - fromEnd, own);
  };
}

function languageToken(tokenizer: PreTrainedTokenizer, option: string, language: string): number {
  const special = new Set(tokenizer.all_special_ids);
  const ids = [language, `__${language}__`].map((token) => tokenizer.token_to_id(token));
  const id = ids.find((each) => each !== undefined && special.has(each));
  if (id !== undefined) return id;
  throw new WrongInputError(
    `${task}: ${option}: the model has no language ${JSON.stringify(language)}; its card lists the codes it knows`,
  );
}
