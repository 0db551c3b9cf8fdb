import { ChatTemplateError } from './error.ts';
import type { Span } from './generation-tags.ts';
import { type ChatMessage, lastText } from './messages.ts';

/** Characters of a message's end that must be found for its turn to count as found. */
const EVIDENCE = 20;

/** Renders the first messages of a conversation. */
export type RenderPrefix = (messages: readonly ChatMessage[], addPrompt: boolean) => string;

/**
 * Finds what the assistant said in a rendered conversation, for templates that do not mark it:
 * a turn starts where the generation prompt after the messages before it ends, and ends where the
 * rendering of the conversation up to it ends. What a template says only at the end of a
 * conversation (an empty block of thoughts, for example) does not count.
 *
 * @param text - The whole conversation, rendered.
 * @param messages - The conversation.
 * @param render - Renders a prefix of it with the same template.
 * @returns One span a message of the role `assistant`.
 * @throws ChatTemplateError if the template renders a turn otherwise when the conversation goes on.
 */
export function assistantSpans(
  text: string,
  messages: readonly ChatMessage[],
  render: RenderPrefix,
): Span[] {
  return messages.flatMap((message, index) => {
    if (message.role !== 'assistant') return [];
    // Where a conversation opens with the assistant, no prompt shows where its turn starts.
    if (index === 0) throw notFound(index);
    const earlier = messages.slice(0, index);
    const before = render(earlier, false);
    const start = commonPrefix(text, render(earlier, true));
    const turn = render(messages.slice(0, index + 1), false);
    if (start < before.length || commonPrefix(turn, text) < start) throw notFound(index);
    const rest = turn.slice(start);
    const length = overlap(rest, text.slice(start, start + rest.length));
    const lastLine = (lastText(message) ?? '').trimEnd().split('\n').at(-1)!;
    const evidence = lastLine.slice(-EVIDENCE);
    const found = text.slice(start, start + length);
    if (length === 0 || !found.includes(evidence)) throw notFound(index);
    return [{ start, end: start + length }];
  });
}

function notFound(index: number): ChatTemplateError {
  return new ChatTemplateError(
    `chat template: cannot tell which tokens message ${index} (assistant) is, because the template renders it otherwise once the conversation goes on; use a template with {% generation %} blocks`,
  );
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** Length of the longest end of `a` that `b` starts with (Knuth, Morris, Pratt: linear time). */
function overlap(a: string, b: string): number {
  const fallback = new Int32Array(b.length + 1);
  let matched = 0;
  const advance = (character: string): void => {
    while (matched > 0 && (matched === b.length || b[matched] !== character)) {
      matched = fallback[matched]!;
    }
    if (b[matched] === character) matched++;
  };
  for (let i = 1; i < b.length; i++) {
    advance(b[i]!);
    fallback[i + 1] = matched;
  }
  matched = 0;
  for (const character of a.split('')) advance(character);
  return matched;
}
