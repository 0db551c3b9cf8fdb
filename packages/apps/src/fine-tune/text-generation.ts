import type { PreTrainedTokenizer } from '@llm/tokenizers';
import { dataCollatorForSeq2Seq } from '@llm/train';
import { conversationTokens } from '../evaluate/conversation.ts';
import { type TextGenerationRow, textGenerationScoring } from '../evaluate/index.ts';
import { longestInput } from '../pipelines/encode.ts';
import type { Features, Recipe } from './recipe.ts';

/** Tokens of an example, unless the model takes fewer. */
const window = 512;

/**
 * Continues texts, or answers in conversations. A text longer than the window gives several examples, and ends with
 * the token that ends texts; of a conversation the assistant's tokens are learned, up to the window's end.
 */
export const textGenerationRecipe: Recipe<TextGenerationRow, 'text-generation'> = {
  scoring: textGenerationScoring,
  async features(rows, model, tokenizer) {
    const length = Math.min(window, longestInput(model, tokenizer) ?? window);
    const examples: Features[] = [];
    for (const [index, row] of rows.entries()) {
      if ('text' in row) examples.push(...textExamples(row.text, length, tokenizer));
      else examples.push(await conversationTokens(tokenizer, row.messages, length, index));
    }
    return examples;
  },
  collator: (tokenizer) => dataCollatorForSeq2Seq(padding(tokenizer), { pad_to_multiple_of: 16 }),
  args: { learning_rate: 2e-5, num_train_epochs: 3, per_device_train_batch_size: 4 },
  adapterTask: 'CAUSAL_LM',
};

function textExamples(text: string, length: number, tokenizer: PreTrainedTokenizer): Features[] {
  const { ids } = tokenizer.encode_plus(text);
  const end = tokenizer.eos_token_id;
  const all = end === undefined || ids.at(-1) === end ? ids : [...ids, end];
  const examples: Features[] = [];
  for (let start = 0; start + 1 < all.length; start += length) {
    const input_ids = all.slice(start, start + length);
    if (input_ids.length > 1) examples.push({ input_ids, labels: input_ids });
  }
  return examples;
}

/** A tokenizer to pad with: what fills up is neither seen nor learned, so one without a token for it takes any. */
function padding(tokenizer: PreTrainedTokenizer) {
  return {
    pad_token_id: tokenizer.pad_token_id ?? tokenizer.eos_token_id ?? 0,
    all_special_ids: tokenizer.all_special_ids,
    total_size: tokenizer.total_size,
    id_to_token: (id: number) => tokenizer.id_to_token(id),
    token_to_id: (token: string) => tokenizer.token_to_id(token),
  };
}
