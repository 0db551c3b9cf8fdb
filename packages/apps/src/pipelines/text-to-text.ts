/**
 * `text2text-generation`, `summarization` and `translation`: an encoder-decoder, and what goes in and comes out.
 *
 * @module
 */
import { releaseSessions, type Seq2SeqLM } from '@llm/nn';
import { longestInput } from './encode.ts';
import { generateRows, type PipelineGenerateOptions, usualLength } from './generation-options.ts';
import { type PipelineParts, readTexts } from './parts.ts';

/** Options that the three share: those of `generate`, and these. */
export interface TextToTextOptions extends PipelineGenerateOptions {
  /** Whether a text that is too long is cut (default), or refused by the model. */
  readonly truncation?: boolean;
  /** Texts generated side by side. Default 8. */
  readonly batch_size?: number;
}

/** Turns token ids into the ids that the encoder gets. */
export type Encode = (text: string) => number[];

/** The ids of a text, cut to what the model takes. */
export function encodeSource({ model, tokenizer }: PipelineParts, truncation = true): Encode {
  const max_length = longestInput(model, tokenizer);
  const cut = truncation && max_length !== undefined;
  return (text) => tokenizer.encode(text, cut ? { truncation: true, max_length } : {});
}

/**
 * Texts that an encoder-decoder makes of texts: a list for each, of `num_return_sequences`.
 *
 * @param encode what the encoder gets
 */
export async function generateTexts(
  task: string,
  { model, tokenizer }: PipelineParts<Seq2SeqLM>,
  input: string | readonly string[],
  encode: Encode,
  { truncation: _, ...options }: TextToTextOptions,
): Promise<{ texts: string[][]; single: boolean }> {
  const { texts, single } = readTexts(task, input);
  const stored = { ...model.config, ...model.generation_config };
  const rows = await generateRows(
    task,
    model,
    tokenizer,
    texts.map(encode),
    { ...usualLength(stored, options), ...options },
    'right',
  );
  const decode = (ids: number[]) => tokenizer.decode(ids, { skip_special_tokens: true });
  return { texts: rows.map((each) => each.map(decode)), single };
}

/** What the three do to free their plans. */
export const disposer = (model: Seq2SeqLM) => () => releaseSessions(model);

/** A prefix that a model was trained with for a task, such as T5's `summarize: `. */
export function prefixOf({ config }: Seq2SeqLM, name: string): string {
  const all = (config as { task_specific_params?: unknown }).task_specific_params;
  const own = (all as Record<string, { prefix?: unknown }> | null | undefined)?.[name];
  return typeof own?.prefix === 'string' ? own.prefix : '';
}
