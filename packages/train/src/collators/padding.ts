import { checkOptions } from '@llm/nn';
import { type Collator, type CollatorTokenizer, needToken } from './collator.ts';
import { ExampleError } from './example-error.ts';
import { type PaddingOptions, paddingOptionNames, padFeatures } from './pad-features.ts';

/** Pads tokenized examples to one length, as transformers' `DataCollatorWithPadding`. */
export function dataCollatorWithPadding(
  tokenizer: CollatorTokenizer,
  options: PaddingOptions = {},
): Collator {
  checkOptions('dataCollatorWithPadding', options, paddingOptionNames);
  const padId = needToken('dataCollatorWithPadding', tokenizer, 'pad');
  return (items) => padFeatures(items, padId, options);
}

/**
 * For examples of equal length, or single numbers: stacks them, as transformers' `default_data_collator`.
 *
 * @throws ExampleError for lists of different lengths
 */
export const defaultDataCollator: Collator = (items) => {
  const [first] = items;
  for (const [index, item] of items.entries()) {
    for (const [name, value] of Object.entries(item)) {
      const wanted = (first?.[name] as { length?: number } | undefined)?.length;
      const got = (value as { length?: number } | undefined)?.length;
      if (wanted !== got) {
        throw new ExampleError(
          index,
          `'${name}' has length ${got}, that of the first one in the batch ${wanted}; pass a tokenizer to the Trainer (processing_class), or dataCollatorWithPadding`,
        );
      }
    }
  }
  const { attention_mask: made, ...batch } = padFeatures(items, 0, { pad_to_multiple_of: 1 });
  return first && 'attention_mask' in first && made ? { ...batch, attention_mask: made } : batch;
};
