import type { ChatMessage, PreTrainedTokenizer } from '@llm/tokenizers';
import { WrongInputError } from '../pipelines/index.ts';
import { wrongColumn } from './scoring.ts';

/** The messages of a row. @throws WrongInputError for anything but a conversation in which the assistant speaks */
export function messagesOf(row: unknown, index: number): readonly ChatMessage[] {
  const { messages } = row as { readonly messages: unknown };
  const isConversation =
    Array.isArray(messages) &&
    messages.every((message) => typeof message?.role === 'string') &&
    messages.some(({ role }) => role === 'assistant');
  if (isConversation) return messages;
  const wants = "a list of { role, content }, one of them with the role 'assistant'";
  throw wrongColumn(row, 'messages', index, wants);
}

/**
 * The tokens of a conversation by the model's chat template, the first `length` of them; labels are those that the
 * assistant says, −100 elsewhere.
 *
 * @throws WrongInputError without a chat template, or if the assistant says nothing within `length` tokens
 */
export async function conversationTokens(
  tokenizer: PreTrainedTokenizer,
  messages: readonly ChatMessage[],
  length: number,
  index: number,
): Promise<{ readonly input_ids: number[]; readonly labels: number[] }> {
  if (tokenizer.chat_template === undefined) {
    throw new WrongInputError(
      `row ${index}: messages want a model with a chat template, which this tokenizer lacks; write the conversation as text, or take a model for conversations`,
    );
  }
  const { input_ids: all, assistant_masks = [] } = await tokenizer.apply_chat_template(messages, {
    return_dict: true,
    return_assistant_tokens_mask: true,
  });
  const input_ids = all.slice(0, length);
  const labels = input_ids.map((id, place) => (assistant_masks[place] === 1 ? id : -100));
  if (labels.slice(1).some((label) => label !== -100)) return { input_ids, labels };
  throw new WrongInputError(
    `row ${index}: the assistant says nothing within the first ${length} tokens; leave the row out`,
  );
}
