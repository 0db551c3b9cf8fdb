/**
 * What the pipelines that generate share.
 *
 * @module
 */
import { type GenerateOptions, type GenerativeModel, generate } from '@llm/nn';
import type { PreTrainedTokenizer } from '@llm/tokenizers';
import { checkCount } from './parts.ts';

/** Options of generation, but those that the pipeline sets itself. */
export type PipelineGenerateOptions = Omit<GenerateOptions, 'tokenizer' | 'streamer'>;

/** New tokens where neither the call nor the model's files name a number, as in Python's pipelines. */
const usualNewTokens = 256;

/** A length, where there is none among the options of the call and the settings of the model's files. */
export function usualLength(
  stored: object,
  options: Pick<GenerateOptions, 'max_length' | 'max_new_tokens'>,
): { max_new_tokens?: number } {
  const all = [stored, options] as Record<string, unknown>[];
  const isSet = all.some((each) => each.max_new_tokens != null || each.max_length != null);
  return isSet ? {} : { max_new_tokens: usualNewTokens };
}

/** Prompts as rows of one length, with the side that their model wants padded. */
function padPrompts(
  prompts: readonly (readonly number[])[],
  padding: number,
  side: 'left' | 'right',
): { input_ids: number[][]; attention_mask: number[][] } {
  const longest = Math.max(...prompts.map(({ length }) => length));
  const fill = (row: readonly number[], value: number) => {
    const rest = Array<number>(longest - row.length).fill(value);
    return side === 'left' ? [...rest, ...row] : [...row, ...rest];
  };
  return {
    input_ids: prompts.map((row) => fill(row, padding)),
    attention_mask: prompts.map((row) =>
      fill(
        row.map(() => 1),
        0,
      ),
    ),
  };
}

/**
 * New tokens for each prompt: `num_return_sequences` lists each. Prompts of one batch are padded to one length.
 *
 * @param batchSize prompts generated side by side
 */
export async function generateRows(
  task: string,
  model: GenerativeModel,
  tokenizer: PreTrainedTokenizer,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions & { readonly batch_size?: number | undefined },
  side: 'left' | 'right',
): Promise<number[][][]> {
  const { batch_size = 8, ...settings } = options;
  checkCount(task, 'batch_size', batch_size);
  const padding = tokenizer.pad_token_id ?? tokenizer.eos_token_id ?? 0;
  const rows: number[][][] = [];
  for (let first = 0; first < prompts.length; first += batch_size) {
    const part = prompts.slice(first, first + batch_size);
    const inputs = padPrompts(part, padding, side);
    const { generated } = await generate(model, inputs, { ...settings, tokenizer });
    const each = generated.length / part.length;
    for (let row = 0; row < part.length; row++) {
      rows.push(generated.slice(row * each, (row + 1) * each));
    }
  }
  return rows;
}
