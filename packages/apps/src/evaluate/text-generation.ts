import { stridePerplexity } from '@llm/train';
import { longestInput } from '../pipelines/encode.ts';
import { WrongInputError } from '../pipelines/index.ts';
import { type Scoring, textOf } from './scoring.ts';

/** A text. */
export interface TextRow {
  readonly text: string;
}

/** Tokens that a window sees, unless the model takes fewer. */
const window = 1024;

/** What a model thinks of a text. */
export interface TextLoss {
  /** Sum over the tokens that were predicted, natural logarithms. */
  readonly loss: number;
  readonly tokens: number;
}

/**
 * Perplexity over all tokens of all texts: exp of the mean loss of a token. A text longer than the model's window
 * is read by windows that share one half.
 */
export const textGenerationScoring: Scoring<TextRow, 'text-generation', TextLoss> = {
  task: 'text-generation',
  columns: 'text',
  check: (row, index) => ({ text: textOf(row, 'text', index) }),
  async predict({ model, tokenizer }, rows) {
    const max_length = Math.min(window, longestInput(model, tokenizer) ?? window);
    const stride = Math.max(1, Math.floor(max_length / 2));
    const losses: TextLoss[] = [];
    for (const { text } of rows) {
      const { ids } = tokenizer.encode_plus(text);
      const tokens = Math.max(0, ids.length - 1); // nothing stands before the first
      const perplexity =
        tokens === 0
          ? 1
          : await stridePerplexity((input_ids) => model.forward({ input_ids }).logits, ids, {
              max_length,
              stride,
            });
      losses.push({ loss: Math.log(perplexity) * tokens, tokens });
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
