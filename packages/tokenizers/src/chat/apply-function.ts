import type { ChatEncoding } from './apply-chat-template.ts';
import type { ChatMessage } from './messages.ts';
import type { ChatTemplateOptions } from './options.ts';

type AsText = ChatTemplateOptions & { tokenize: false };
type AsObject = ChatTemplateOptions & { return_dict: true };
type AsIds = ChatTemplateOptions & { tokenize?: true; return_dict?: false };

/** The calls of `apply_chat_template`: what comes back follows from the options. */
export interface ApplyChatTemplate {
  /** One conversation as text. */
  (conversation: readonly ChatMessage[], options: AsText): Promise<string>;
  /** One conversation as an object of lists. */
  (conversation: readonly ChatMessage[], options: AsObject): Promise<ChatEncoding<number[]>>;
  /** One conversation as ids. */
  (conversation: readonly ChatMessage[], options?: AsIds): Promise<number[]>;
  /** Several conversations as texts. */
  (conversations: readonly (readonly ChatMessage[])[], options: AsText): Promise<string[]>;
  /** Several conversations as an object of lists of lists. */
  (
    conversations: readonly (readonly ChatMessage[])[],
    options: AsObject,
  ): Promise<ChatEncoding<number[][]>>;
  /** Several conversations as lists of ids. */
  (conversations: readonly (readonly ChatMessage[])[], options?: AsIds): Promise<number[][]>;
}
