import { assistantSpans } from './assistant-spans.ts';
import { continueFinalMessage } from './continue-final.ts';
import { markGeneration, type Span, takeSpans } from './generation-tags.ts';
import { checkLimits } from './limits.ts';
import { type ChatMessage, checkMessages } from './messages.ts';
import type { ChatTemplateOptions } from './options.ts';
import { CompiledTemplate } from './render.ts';

/** A conversation as the text that the model reads. */
export interface RenderedChat {
  /** The text. */
  text: string;
  /** What the assistant said in it; empty unless `return_assistant_tokens_mask` asked for it. */
  spans: Span[];
}

/** Names of the variables that print the marks; no template uses such names. */
const START = '__generation_start__';
const END = '__generation_end__';

/**
 * Renders conversations by a chat template, as transformers does.
 *
 * @param template - Jinja text.
 * @param conversations - Lists of messages.
 * @param specialTokens - `bos_token`, `eos_token`, … for the template to print.
 * @param options - See {@link ChatTemplateOptions}.
 * @throws ChatTemplateError if the template fails, refuses the conversation or goes over a limit.
 */
export async function renderChats(
  template: string,
  conversations: readonly (readonly ChatMessage[])[],
  specialTokens: Readonly<Record<string, string>>,
  options: ChatTemplateOptions,
): Promise<RenderedChat[]> {
  const { text, marked } = markGeneration(template, START, END);
  const compiled = await CompiledTemplate.compile(text, checkLimits(options.limits));
  const { tools, documents, return_assistant_tokens_mask: wantMask } = options;
  const now = new Date();
  const render = (messages: readonly ChatMessage[], addPrompt: boolean, start = '', end = '') =>
    compiled.render(
      {
        ...specialTokens,
        ...options.chat_template_kwargs,
        messages,
        tools: tools ?? null,
        documents: documents ?? null,
        add_generation_prompt: addPrompt,
        [START]: start,
        [END]: end,
      },
      now,
    );
  return conversations.map((messages): RenderedChat => {
    checkMessages(messages);
    const addPrompt = options.add_generation_prompt ?? false;
    if (wantMask && marked) {
      const [start, end] = freeMarks(JSON.stringify([messages, tools, documents, options]));
      return takeSpans(render(messages, addPrompt, start, end), start, end);
    }
    const plain = render(messages, addPrompt);
    if (wantMask) return { text: plain, spans: assistantSpans(plain, messages, render) };
    if (!options.continue_final_message) return { text: plain, spans: [] };
    return { text: continueFinalMessage(plain, messages.at(-1)!), spans: [] };
  });
}

/** Two marks of private characters that the input does not contain. */
function freeMarks(input: string): [string, string] {
  for (let number = 0; ; number++) {
    const mark = (edge: string) => `\u{f0000}${edge}${number}\u{f0001}`;
    if (!input.includes(mark('<')) && !input.includes(mark('>'))) return [mark('<'), mark('>')];
  }
}
