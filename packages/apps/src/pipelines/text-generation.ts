import { type CausalLM, releaseSessions, stream as streamTokens } from '@llm/nn';
import type { ChatMessage } from '@llm/tokenizers';
import { type ChatPromptOptions, chatPrompt } from './chat-prompt.ts';
import { WrongInputError } from './errors.ts';
import { generateRows, type PipelineGenerateOptions, usualLength } from './generation-options.ts';
import { callable, describe, type PipelineBase, type PipelineParts, readTexts } from './parts.ts';
import { TextStreamer } from './text-streamer.ts';

const task = 'text-generation';

/** A text, or a conversation. */
export type TextGenerationInput = string | readonly ChatMessage[];

/** What was generated: the text, or for a conversation its messages with the answer. */
export interface GeneratedText<Input extends TextGenerationInput = TextGenerationInput> {
  readonly generated_text: Input extends string ? string : string | ChatMessage[];
}

/** Options of a call: those of `generate`, and these. */
export interface TextGenerationOptions extends PipelineGenerateOptions, ChatPromptOptions {
  /** Whether the prompt is returned too. Default true. */
  readonly return_full_text?: boolean;
  /** Whether special tokens are added to a text. Default: true for texts; templates add their own. */
  readonly add_special_tokens?: boolean;
  /** Shows the text while it comes; for one prompt. */
  readonly streamer?: TextStreamer;
  /** Prompts generated side by side. Default 8. */
  readonly batch_size?: number;
}

/** Continues texts and conversations. */
export interface TextGenerationPipeline extends PipelineBase<CausalLM> {
  /** `num_return_sequences` continuations of one text or conversation. */
  <Input extends TextGenerationInput>(
    input: Input,
    options?: TextGenerationOptions,
  ): Promise<GeneratedText<Input>[]>;
  /** Continuations of each. */
  (
    inputs: readonly string[] | readonly (readonly ChatMessage[])[],
    options?: TextGenerationOptions,
  ): Promise<GeneratedText[][]>;
  /** The continuation of one text or conversation, piece by piece, without the prompt. */
  stream(
    input: TextGenerationInput,
    options?: Omit<TextGenerationOptions, 'streamer' | 'return_full_text' | 'batch_size'>,
  ): AsyncGenerator<string, void, void>;
}

/** Makes the pipeline. */
export function textGeneration(parts: PipelineParts<CausalLM>): TextGenerationPipeline {
  const { model, tokenizer } = parts;
  const call = async (input: unknown, options: TextGenerationOptions = {}) => {
    const {
      return_full_text = true,
      streamer,
      tools,
      documents,
      allow_special_tokens,
      add_special_tokens,
      ...settings
    } = options;
    const { inputs, single } = readInputs(input);
    if (streamer !== undefined && !(streamer instanceof TextStreamer)) {
      throw new WrongInputError(
        `${task}: streamer wants a TextStreamer: got ${describe(streamer)}`,
      );
    }
    if (streamer && !single) throw new WrongInputError(`${task}: a streamer shows one prompt only`);
    const prompts = await Promise.all(inputs.map((each) => promptOf(parts, each, options)));
    const rows = await generateRows(
      task,
      model,
      tokenizer,
      prompts,
      {
        ...usualLength(model.generation_config, settings),
        ...settings,
        ...(streamer && {
          streamer: (tokens: readonly (number | undefined)[]) => show(streamer, tokens),
        }),
      },
      'left',
    );
    streamer?.end();
    const found = rows.map((texts, i) =>
      texts.map((ids) => {
        const text = tokenizer.decode(ids, { skip_special_tokens: true });
        const prompt = inputs[i]!;
        if (!return_full_text) return { generated_text: text };
        if (typeof prompt === 'string') return { generated_text: prompt + text };
        return { generated_text: [...prompt, { role: 'assistant', content: text }] };
      }),
    );
    return single ? found[0]! : found;
  };
  const stream = async function* (
    input: TextGenerationInput,
    options: TextGenerationOptions = {},
  ): AsyncGenerator<string, void, void> {
    const { inputs, single } = readInputs(input);
    if (!single) throw new WrongInputError(`${task}: stream() takes one prompt`);
    const { tools, documents, allow_special_tokens, add_special_tokens, ...settings } = options;
    const ids = await promptOf(parts, inputs[0]!, options);
    const decoding = tokenizer.decode_stream({ skip_special_tokens: true });
    const tokens = streamTokens(model, { input_ids: [ids], attention_mask: [ids.map(() => 1)] }, {
      ...usualLength(model.generation_config, settings),
      ...settings,
      tokenizer,
    } as never);
    for await (const [token] of tokens) {
      const text = token === undefined ? '' : decoding.step(token);
      if (text) yield text;
    }
    const rest = decoding.end();
    if (rest) yield rest;
  };
  const base = { ...parts, task, stream, dispose: () => releaseSessions(model) };
  return callable(call, base) as unknown as TextGenerationPipeline;
}

function readInputs(input: unknown): { inputs: TextGenerationInput[]; single: boolean } {
  if (typeof input === 'string') return { inputs: [input], single: true };
  if (Array.isArray(input) && input.length > 0) {
    if (input.every(isMessage)) return { inputs: [input], single: true };
    if (input.every((each) => Array.isArray(each) && each.length > 0 && each.every(isMessage))) {
      return { inputs: input as ChatMessage[][], single: false };
    }
    return { inputs: readTexts(task, input).texts, single: false };
  }
  throw new WrongInputError(
    `${task}: wants a text, messages with a role and a content, or a list of either: got ${Array.isArray(input) ? 'an empty list' : describe(input)}`,
  );
}

function isMessage(value: unknown): value is ChatMessage {
  return typeof value === 'object' && value !== null && 'role' in value;
}

async function promptOf(
  { tokenizer }: PipelineParts,
  input: TextGenerationInput,
  options: TextGenerationOptions,
): Promise<number[]> {
  if (typeof input === 'string') {
    const { tools, documents, add_special_tokens = true } = options;
    if (tools || documents) {
      throw new WrongInputError(`${task}: tools and documents go with messages, not with a text`);
    }
    const ids = tokenizer.encode(input, { add_special_tokens });
    if (ids.length > 0) return ids;
    // As in Python: an empty prompt begins with the token that starts texts.
    const start = tokenizer.bos_token_id ?? tokenizer.eos_token_id;
    if (start !== undefined) return [start];
    throw new WrongInputError(
      `${task}: the prompt is empty, and there is no token that starts texts`,
    );
  }
  return chatPrompt(tokenizer, input, options);
}

function show(streamer: TextStreamer, [token]: readonly (number | undefined)[]): void {
  if (token !== undefined) streamer.put(token);
}
