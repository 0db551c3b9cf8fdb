import type { MaskedLM } from '@llm/nn';
import { BatchRunner } from './batch-runner.ts';
import { encodeText } from './encode.ts';
import { WrongInputError } from './errors.ts';
import {
  callable,
  checkCall,
  checkCount,
  type PipelineBase,
  type PipelineParts,
  readTexts,
} from './parts.ts';
import { softmax, topPositions } from './scores.ts';

const task = 'fill-mask';

/** A token for the mask. */
export interface FilledMask {
  readonly score: number;
  /** Its id. */
  readonly token: number;
  readonly token_str: string;
  /** The text with it. */
  readonly sequence: string;
}

/** Options of a call. */
export interface FillMaskOptions {
  /** How many tokens for each mask. Default 5. */
  readonly top_k?: number;
  /** Only these words; each must be one token. */
  readonly targets?: readonly string[];
  /** Texts run side by side. Default 8. */
  readonly batch_size?: number;
}

/** Says what may stand where a text has the mask token. A text with several masks gives a list for each. */
export interface FillMaskPipeline extends PipelineBase<MaskedLM> {
  (text: string, options?: FillMaskOptions): Promise<FilledMask[] | FilledMask[][]>;
  (texts: readonly string[], options?: FillMaskOptions): Promise<(FilledMask[] | FilledMask[][])[]>;
}

/** Makes the pipeline. */
export function fillMask(parts: PipelineParts<MaskedLM>): FillMaskPipeline {
  const { model, tokenizer } = parts;
  const runner = new BatchRunner(model, tokenizer, ({ logits }) => [logits]);
  const call = async (input: string | readonly string[], options: FillMaskOptions = {}) => {
    checkCall(task, options, ['top_k', 'targets', 'batch_size']);
    checkCount(task, 'top_k', options.top_k);
    checkCount(task, 'batch_size', options.batch_size);
    const { texts, single } = readTexts(task, input);
    const mask = tokenizer.mask_token_id;
    if (mask === undefined) throw new WrongInputError(`${task}: this tokenizer has no mask token`);
    const targets = options.targets && targetIds(parts, options.targets);
    const encodings = texts.map((text) => {
      const encoding = encodeText(parts, text);
      if (encoding.ids.includes(mask)) return encoding;
      throw new WrongInputError(
        `${task}: wants ${tokenizer.mask_token} in the text: got ${JSON.stringify(text)}`,
      );
    });
    const rows = await runner.run(encodings, options.batch_size);
    const found = encodings.map(({ ids }, i) => {
      const { values, shape } = rows[i]![0]!;
      const width = shape[1]!;
      const masks = ids.flatMap((id, position) => (id === mask ? [position] : []));
      const lists = masks.map((position) => {
        const shares = softmax(values.subarray(position * width, (position + 1) * width));
        return best(shares, options.top_k ?? 5, targets).map((token) => ({
          score: shares[token]!,
          token,
          token_str: tokenizer.decode([token]),
          sequence: tokenizer.decode(ids.with(position, token), {
            skip_special_tokens: masks.length === 1,
          }),
        }));
      });
      return lists.length === 1 ? lists[0]! : lists;
    });
    return single ? found[0]! : found;
  };
  return callable(call, { ...parts, task, dispose: () => runner.dispose() }) as FillMaskPipeline;
}

function best(
  shares: Float64Array,
  count: number,
  targets: readonly number[] | undefined,
): number[] {
  if (!targets) return topPositions(shares, count);
  return topPositions(
    targets.map((id) => shares[id]!),
    count,
  ).map((position) => targets[position]!);
}

function targetIds({ tokenizer }: PipelineParts, targets: readonly string[]): number[] {
  const { texts } = readTexts(`${task}: targets`, targets);
  const ids = texts.map((target) => {
    const known = tokenizer.token_to_id(target);
    if (known !== undefined) return known;
    const [id, ...others] = tokenizer.encode(target, { add_special_tokens: false });
    if (id !== undefined && others.length === 0 && id !== tokenizer.unk_token_id) return id;
    throw new WrongInputError(`${task}: the target ${JSON.stringify(target)} is not one token`);
  });
  return [...new Set(ids)];
}
