import { checkOptions } from '@llm/nn';
import { type Collator, type CollatorTokenizer, needToken } from './collator.ts';
import { type PaddingOptions, paddingOptionNames, padFeatures } from './pad-features.ts';

/**
 * Pads source and target each to a length of their own, labels with −100, as transformers'
 * `DataCollatorForSeq2Seq`. The models make `decoder_input_ids` from the labels themselves.
 */
export function dataCollatorForSeq2Seq(
  tokenizer: CollatorTokenizer,
  options: PaddingOptions = {},
): Collator {
  checkOptions('dataCollatorForSeq2Seq', options, paddingOptionNames);
  const padId = needToken('dataCollatorForSeq2Seq', tokenizer, 'pad');
  return (items) => padFeatures(items, padId, options, true);
}
