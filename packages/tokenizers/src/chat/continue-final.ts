import { ChatTemplateError } from './error.ts';
import { type ChatMessage, lastText } from './messages.ts';

/**
 * Cuts a rendered conversation behind the text of its last message, so that a model goes on with it.
 *
 * @param rendered - The conversation.
 * @param message - Its last message.
 * @throws ChatTemplateError if the message has no text, or the template did not print it.
 */
export function continueFinalMessage(rendered: string, message: ChatMessage): string {
  const text = lastText(message);
  if (text === undefined) {
    throw new ChatTemplateError('continue_final_message: the final message has no text');
  }
  const start = rendered.lastIndexOf(text.trim());
  if (start < 0) {
    throw new ChatTemplateError(
      'continue_final_message: the final message does not stand in the rendered chat; the template drops parts of it',
    );
  }
  // A template may trim a message's end; spaces that it kept belong to the message.
  const kept = start + text.trimStart().length;
  return rendered.slice(start, kept) === text
    ? rendered.slice(0, kept)
    : rendered.slice(0, start + text.trim().length);
}
