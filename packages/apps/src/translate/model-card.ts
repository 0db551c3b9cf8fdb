import type { Evaluation, TranslatorScores } from './evaluation.ts';
import type { TranslationSettings } from './settings.ts';

/** What the model card tells. */
export interface CardFacts {
  readonly settings: TranslationSettings;
  readonly evaluation: Evaluation;
  readonly samples: readonly {
    readonly source: string;
    readonly reference: string;
    readonly translation: string;
  }[];
  readonly parameters: number;
  readonly trainingPairs: number;
  readonly steps: number;
  readonly seconds: number;
  readonly finalLoss: number;
  readonly command: string;
}

/** The folder's README: what the model is, how good it is, how to load it. */
export function modelCard(facts: CardFacts): string {
  const { settings, evaluation, samples } = facts;
  const cell = (text: string) => text.replace(/\|/g, '\\|');
  return `---
library_name: transformers
pipeline_tag: translation
language: [en, ${settings.language}]
license: mit
---
# English to ${settings.language}: user-interface strings

A small encoder-decoder Transformer (${facts.parameters.toLocaleString('en')} parameters, mBART's layout) trained from
scratch on the user-interface strings of Visual Studio Code (MIT) and the messages of TypeScript (Apache-2.0).

## Scores
BLEU (sacreBLEU's \`13a\`, case kept) on pairs held out by a hash of their source, greedy search. *Novel* pairs have no
training source that shares half of their words. The baselines copy the source, or look up the most similar training
source.

| held-out pairs | this model | copy | nearest |
| --- | --- | --- | --- |
${row('all', evaluation.all)}
${row('novel', evaluation.novel)}

![Training loss](loss.svg)

Last training loss (label smoothing ${settings.labelSmoothing}): ${facts.finalLoss.toFixed(3)}, after ${facts.steps} steps over
${facts.trainingPairs} pairs in ${facts.seconds.toFixed(0)} s.

## Samples
| source | translation | reference |
| --- | --- | --- |
${samples.map(({ source, translation, reference }) => `| ${cell(source)} | ${cell(translation)} | ${cell(reference)} |`).join('\n')}

## Made by
\`\`\`sh
${facts.command}
\`\`\`

\`\`\`json
${JSON.stringify(settings)}
\`\`\`

## Use
\`\`\`sh
npm start -- translate "Open the file"
\`\`\`

\`\`\`python
from transformers import AutoModelForSeq2SeqLM, PreTrainedTokenizerFast

model = AutoModelForSeq2SeqLM.from_pretrained(".")
tokenizer = PreTrainedTokenizerFast.from_pretrained(".")
inputs = tokenizer("Open the file", return_tensors="pt", return_token_type_ids=False)
print(tokenizer.decode(model.generate(**inputs)[0], skip_special_tokens=True))
\`\`\`
`;
}

function row(name: string, { pairs, model, copy, nearest }: TranslatorScores): string {
  const scores = [model, copy, nearest].map((score) => score.toFixed(2)).join(' | ');
  return `| ${name} (${pairs}) | ${scores} |`;
}
