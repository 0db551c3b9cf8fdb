import { type CausalLM, noGrad, type Tensor } from '@llm/nn';
import type { ChatMessage, PreTrainedTokenizer } from '@llm/tokenizers';
import { stridePerplexity } from '@llm/train';
import { longestInput } from '../pipelines/encode.ts';
import { WrongInputError } from '../pipelines/index.ts';
import { conversationTokens, messagesOf } from './conversation.ts';
import { type Scoring, textOf } from './scoring.ts';

/** A text. */
export interface TextRow {
  readonly text: string;
}

/** A conversation, in which what the assistant says counts. */
export interface ConversationRow {
  readonly messages: readonly ChatMessage[];
}

/** What a language model learns from and is scored on. */
export type TextGenerationRow = TextRow | ConversationRow;

/** Tokens that a window sees, unless the model takes fewer. */
const window = 1024;

/** What a model thinks of a text. */
export interface TextLoss {
  /** Sum over the tokens that were predicted, natural logarithms. */
  readonly loss: number;
  readonly tokens: number;
}

/**
 * Perplexity over all tokens of all texts, and those that the assistant says in conversations: exp of the mean loss of
 * a token. A text longer than the model's window is read by windows that share one half; a longer conversation is cut.
 */
export const textGenerationScoring: Scoring<TextGenerationRow, 'text-generation', TextLoss> = {
  task: 'text-generation',
  columns: 'text, or messages (a list of role and content)',
  check: (row, index) =>
    Object.hasOwn(Object(row), 'messages')
      ? { messages: messagesOf(row, index) }
      : { text: textOf(row, 'text', index) },
  async predict({ model, tokenizer }, rows, all) {
    const length = Math.min(window, longestInput(model, tokenizer) ?? window);
    const before = all.indexOf(rows[0]!);
    const losses: TextLoss[] = [];
    for (const [i, row] of rows.entries()) {
      if ('text' in row) losses.push(await textLoss(model, tokenizer, row.text, length));
      else {
        const tokens = await conversationTokens(tokenizer, row.messages, length, before + i);
        losses.push(await conversationLoss(model, tokens));
      }
    }
    return losses;
  },
  score(losses) {
    const sum = (name: keyof TextLoss) => losses.reduce((total, each) => total + each[name], 0);
    if (sum('tokens') === 0) {
      throw new WrongInputError('text-generation: no text has two tokens, so nothing is predicted');
    }
    return { perplexity: Math.exp(sum('loss') / sum('tokens')), tokens: sum('tokens') };
  },
};

async function textLoss(
  model: CausalLM,
  tokenizer: PreTrainedTokenizer,
  text: string,
  max_length: number,
): Promise<TextLoss> {
  const { ids } = tokenizer.encode_plus(text);
  const tokens = Math.max(0, ids.length - 1); // nothing stands before the first
  if (tokens === 0) return { loss: 0, tokens };
  const logits = (input_ids: Tensor) => model.forward({ input_ids }).logits;
  const stride = Math.max(1, Math.floor(max_length / 2));
  const perplexity = await stridePerplexity(logits, ids, { max_length, stride });
  return { loss: Math.log(perplexity) * tokens, tokens };
}

async function conversationLoss(
  model: CausalLM,
  { input_ids, labels }: { readonly input_ids: number[]; readonly labels: number[] },
): Promise<TextLoss> {
  const tokens = labels.slice(1).filter((label) => label !== -100).length;
  const { loss } = noGrad(() => model.forward({ input_ids: [input_ids], labels: [labels] }));
  return { loss: (await loss!.item()) * tokens, tokens };
}
