import { type CallSettings, callTokenizer } from '../core.ts';
import type { BatchEncoding, TokenizeOptions } from '../pretrained/options.ts';
import type { Span } from './generation-tags.ts';
import type { ChatMessage } from './messages.ts';
import { type ChatTemplateOptions, checkChatOptions } from './options.ts';
import type { ChatTemplates } from './read-templates.ts';
import { renderChats } from './render-chat.ts';
import { selectTemplate } from './select-template.ts';

/** What `apply_chat_template` returns with `return_dict`: lists for one conversation or several. */
export interface ChatEncoding<T> extends BatchEncoding<T> {
  /** 1 for tokens that the assistant said; with `return_assistant_tokens_mask`. */
  assistant_masks?: T;
}

/** One conversation, or several. */
export type Conversations = readonly ChatMessage[] | readonly (readonly ChatMessage[])[];

/** What the template is rendered with, apart from the options. */
export interface ChatContext {
  /** The tokenizer's templates. */
  templates: ChatTemplates | undefined;
  /** Its special tokens by role. */
  specialTokens: Readonly<Record<string, string>>;
}

/**
 * Turns conversations into text, ids, or an encoding with masks.
 *
 * @param tokenizer - Encodes the text.
 * @param context - Its templates and special tokens.
 * @param conversations - One conversation or a list of them.
 * @param options - See {@link ChatTemplateOptions}.
 * @throws ChatTemplateError if the template fails, refuses the conversation or goes over a limit.
 * @throws Error if an option is unknown or there is no template.
 */
export async function applyChatTemplate(
  tokenizer: CallSettings,
  context: ChatContext,
  conversations: Conversations,
  options: ChatTemplateOptions,
): Promise<
  string | string[] | number[] | number[][] | ChatEncoding<number[]> | ChatEncoding<number[][]>
> {
  checkChatOptions(options);
  const template = selectTemplate(
    context.templates,
    options.chat_template,
    options.tools !== undefined,
  );
  const batched = Array.isArray(conversations[0]);
  const list = (batched ? conversations : [conversations]) as readonly (readonly ChatMessage[])[];
  const rendered = await renderChats(template, list, context.specialTokens, options);
  const texts = rendered.map(({ text }) => text);
  if (options.tokenize === false) return batched ? texts : texts[0]!;

  // For a list of texts each field is a list of lists.
  const encoding = callTokenizer(tokenizer, texts, callOptions(options)) as ChatEncoding<
    number[][]
  >;
  if (options.return_assistant_tokens_mask) {
    const { offset_mapping: offsets } = encoding;
    encoding.assistant_masks = rendered.map(({ spans }, index) => maskOf(offsets![index]!, spans));
    if (!options.tokenizer_kwargs?.return_offsets_mapping) delete encoding.offset_mapping;
  }
  if (!options.return_dict) return batched ? encoding.input_ids : encoding.input_ids[0]!;
  if (batched) return encoding;
  const single = Object.entries(encoding).map(([name, lists]) => [name, lists[0]]);
  return Object.fromEntries(single) as ChatEncoding<number[]>;
}

function callOptions(options: ChatTemplateOptions): TokenizeOptions {
  const { padding, truncation, max_length } = options;
  return {
    ...(padding !== undefined && { padding }),
    ...(truncation !== undefined && { truncation }),
    ...(max_length !== undefined && { max_length }),
    // A template prints the special tokens itself.
    add_special_tokens: false,
    ...options.tokenizer_kwargs,
    // Spans of the text count in UTF-16 units.
    ...(options.return_assistant_tokens_mask && {
      return_offsets_mapping: true,
      offset_unit: 'utf16' as const,
    }),
  };
}

/** 1 for each token that has a character in one of the spans. */
function maskOf(offsets: readonly (readonly [number, number])[], spans: readonly Span[]): number[] {
  let next = 0;
  return offsets.map(([start, end]) => {
    while (next < spans.length && spans[next]!.end <= start) next++;
    const span = spans[next];
    return span !== undefined && start < end && end > span.start ? 1 : 0;
  });
}
