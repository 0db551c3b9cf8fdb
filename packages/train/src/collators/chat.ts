import { checkOptions } from '@llm/nn';
import { type Collator, type CollatorTokenizer, needToken } from './collator.ts';
import { ExampleError } from './example-error.ts';
import { type PaddingOptions, paddingOptionNames, padFeatures } from './pad-features.ts';

/** A message of a conversation. */
export interface TrainingMessage {
  readonly role: string;
  readonly content: string;
}

/** A tokenizer with a chat template; those of `@llm/tokenizers` fit. */
export interface ChatTokenizer extends CollatorTokenizer {
  /** Tokens of a conversation, and which of them the assistant said. */
  apply_chat_template(
    conversation: readonly TrainingMessage[],
    options: { readonly return_dict: true; readonly return_assistant_tokens_mask: true },
  ): Promise<{ readonly input_ids: number[]; readonly assistant_masks?: number[] }>;
}

/** Options of `dataCollatorForChat`. */
export interface ChatCollatorOptions extends PaddingOptions {
  /** Column of the conversation. Default `'messages'`. */
  readonly messages_column?: string;
  /** What happens to a conversation longer than `max_length`. Default `'truncate'`, at its end. */
  readonly overflow?: 'truncate' | 'error';
}

/**
 * Fine-tuning on conversations: rendered by the tokenizer's chat template, with labels for what the assistant said
 * and −100 for everything else.
 *
 * @throws ExampleError naming the example in which the assistant says nothing
 */
export function dataCollatorForChat(
  tokenizer: ChatTokenizer,
  options: ChatCollatorOptions = {},
): Collator {
  const name = 'dataCollatorForChat';
  checkOptions(name, options, [...paddingOptionNames, 'messages_column', 'overflow']);
  const { messages_column: column = 'messages', overflow = 'truncate', max_length } = options;
  const padId = needToken(name, tokenizer, 'pad');
  const collate: Collator = async (items) => {
    const rows = [];
    for (const [index, item] of items.entries()) {
      const messages = item[column];
      if (!Array.isArray(messages)) {
        throw new ExampleError(
          index,
          `there is no list '${column}' of messages; name its column by messages_column`,
        );
      }
      const encoding = await tokenizer.apply_chat_template(messages as TrainingMessage[], {
        return_dict: true,
        return_assistant_tokens_mask: true,
      });
      const cut = overflow === 'truncate' ? max_length : undefined;
      const input_ids = encoding.input_ids.slice(0, cut);
      const said = encoding.assistant_masks ?? [];
      const labels = input_ids.map((id, place) => (said[place] === 1 ? id : -100));
      if (labels.every((label) => label === -100)) {
        throw new ExampleError(
          index,
          `the assistant says nothing${cut ? ` within ${cut} tokens` : ''}; drop it`,
        );
      }
      rows.push({ input_ids, labels });
    }
    return padFeatures(rows, padId, options);
  };
  return Object.assign(collate, { columns: [column] });
}
