import type { ChatDocument, ChatMessage, ChatTool, PreTrainedTokenizer } from '@llm/tokenizers';
import { WrongInputError } from './errors.ts';

/** What a conversation is told to the model with. */
export interface ChatPromptOptions {
  /** Functions that the model may call, for its chat template. */
  readonly tools?: readonly ChatTool[] | undefined;
  /** Documents to answer from, for its chat template. */
  readonly documents?: readonly ChatDocument[] | undefined;
  /**
   * Whether messages may hold the text of special tokens, such as `<|im_end|>`: the model takes them for what they mean,
   * so that whoever writes a message can write others, in the system's name too. Default false.
   */
  readonly allow_special_tokens?: boolean | undefined;
}

/**
 * The ids of a conversation by the model's chat template, up to where the answer begins.
 *
 * @throws WrongInputError for a message that holds a special token, unless they are allowed
 */
export async function chatPrompt(
  tokenizer: PreTrainedTokenizer,
  messages: readonly ChatMessage[],
  { tools, documents, allow_special_tokens = false }: ChatPromptOptions = {},
): Promise<number[]> {
  if (!allow_special_tokens) {
    messages.forEach(({ role, content }, i) => {
      refuseSpecialTokens(tokenizer, `message ${i} (${role})`, content);
    });
    documents?.forEach((document, i) => {
      refuseSpecialTokens(tokenizer, `document ${i}`, Object.values(document));
    });
  }
  return tokenizer.apply_chat_template(messages, {
    add_generation_prompt: true,
    ...(tools && { tools }),
    ...(documents && { documents }),
  } as { add_generation_prompt: true });
}

function refuseSpecialTokens(tokenizer: PreTrainedTokenizer, where: string, content: unknown) {
  // What stands for unknown characters means nothing to a conversation.
  const special = tokenizer.all_special_ids
    .map((id) => tokenizer.id_to_token(id)!)
    .filter((token) => token !== tokenizer.unk_token);
  for (const text of textsIn(content)) {
    const found = special.find((token) => text.includes(token));
    if (found === undefined) continue;
    throw new WrongInputError(
      `${where} holds ${found}, which this model takes for a mark between messages or texts; take it out, or set the pipeline's allow_special_tokens where its writer is trusted`,
    );
  }
}

/** The texts of a message's content: itself, or those of its parts. */
function textsIn(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  if (Array.isArray(content)) return content.flatMap(textsIn);
  if (typeof content !== 'object' || content === null) return [];
  return textsIn((content as { text?: unknown }).text);
}
