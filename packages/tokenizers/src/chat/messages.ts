/** One part of a message's content, such as `{ type: 'text', text: 'Hello' }`. */
export interface ChatContentPart {
  /** What it is: `text`, `image`, … */
  type: string;
  /** The text of a text part. */
  text?: string;
  /** Whatever else the template reads. */
  [field: string]: unknown;
}

/** One message of a conversation. Fields beyond these reach the template as they are. */
export interface ChatMessage {
  /** Who speaks: `system`, `user`, `assistant`, `tool`, … */
  role: string;
  /** What is said; may be absent where a message only calls tools. */
  content?: string | readonly ChatContentPart[] | null;
  /** Whatever else the template reads: `tool_calls`, `name`, `reasoning_content`, … */
  [field: string]: unknown;
}

/**
 * The last text of a message, or undefined if it has none.
 *
 * @param message - The message.
 */
export function lastText(message: ChatMessage): string | undefined {
  const { content } = message;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  return content.findLast((part) => typeof part?.text === 'string')?.text;
}

/**
 * Checks a conversation, as it may come straight from JSON.
 *
 * @param messages - What was given.
 * @throws Error naming the message that is wrong.
 */
export function checkMessages(messages: readonly ChatMessage[]): void {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new Error('apply_chat_template: wants a list of at least one message');
  }
  messages.forEach((message, index) => {
    if (typeof message === 'object' && message !== null && typeof message.role === 'string') return;
    throw new Error(
      `apply_chat_template: message ${index}: got ${JSON.stringify(message)?.slice(0, 60)}, wants an object with a role, such as { role: 'user', content: 'Hello' }`,
    );
  });
}
