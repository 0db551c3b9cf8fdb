import { concat, full, type Ids, type ModelInputs, Tensor, tensor, zeros } from '@llm/nn';
import type { PromptLayer } from './prompt-layer.ts';

/**
 * Inputs of a model with a prompt before each text: `attention_mask` sees it, it is of the first segment, and the
 * labels of tokens leave it out.
 *
 * @param labelsTokens whether `labels` are tokens [batch, length]
 * @throws TypeError for vectors or positions instead of what follows from ids. @throws RangeError for packed texts
 */
export function promptInputs(
  inputs: ModelInputs,
  prompt: PromptLayer,
  labelsTokens: boolean,
): ModelInputs {
  const { input_ids, attention_mask, token_type_ids, labels } = inputs;
  for (const name of ['inputs_embeds', 'position_ids'] as const) {
    if (inputs[name] === undefined) continue;
    throw new TypeError(
      `PROMPT_TUNING: a model with a prompt takes no ${name}: they follow from input_ids; leave them out, or compute without the adapter (peft.withoutAdapter)`,
    );
  }
  if (input_ids === undefined) throw new TypeError('PROMPT_TUNING: wants input_ids');
  const ids = rows('input_ids', input_ids);
  const batch = ids.shape[0]!;
  const size = [batch, prompt.count];
  const before = (first: Tensor, rest: Tensor) => concat([first, rest], 1);
  return {
    ...inputs,
    input_ids: before(prompt.idsFor(batch), ids),
    ...(attention_mask && {
      attention_mask: before(
        full(size, 1, { dtype: 'bool' }),
        rows('attention_mask', attention_mask).ne(0),
      ),
    }),
    ...(token_type_ids && {
      token_type_ids: before(zeros(size, { dtype: 'i32' }), rows('token_type_ids', token_type_ids)),
    }),
    ...(labels &&
      labelsTokens && {
        labels: before(full(size, -100, { dtype: 'i32' }), rows('labels', labels)),
      }),
  };
}

/** Whole numbers [batch, length] as a tensor. */
function rows(name: string, values: Ids): Tensor {
  const numbers =
    values instanceof Tensor ? values : tensor(values as number[], undefined, { dtype: 'i32' });
  if (numbers.rank === 2) return numbers;
  throw new RangeError(
    `PROMPT_TUNING: ${name} wants [batch, length]: got [${numbers.shape.join(', ')}]; texts packed into one row have no place for a prompt`,
  );
}
