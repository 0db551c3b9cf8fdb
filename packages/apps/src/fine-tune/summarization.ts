import type { Seq2SeqLM } from '@llm/nn';
import { type SummaryRow, summarizationScoring } from '../evaluate/index.ts';
import { prefixOf } from '../pipelines/text-to-text.ts';
import type { Recipe } from './recipe.ts';
import { translationRecipe } from './translation.ts';

/** Says texts in short. Texts longer than the model takes are cut. */
export const summarizationRecipe: Recipe<SummaryRow, 'summarization'> = {
  scoring: summarizationScoring,
  features(rows, model, tokenizer) {
    // What the pipeline puts before texts, such as T5's `summarize: `.
    const prefix = prefixOf(model as Seq2SeqLM, 'summarization');
    const pairs = rows.map(({ text, summary }) => ({ source: prefix + text, target: summary }));
    return translationRecipe.features(pairs, model, tokenizer);
  },
  collator: translationRecipe.collator,
  args: translationRecipe.args,
  adapterTask: 'SEQ_2_SEQ_LM',
};
