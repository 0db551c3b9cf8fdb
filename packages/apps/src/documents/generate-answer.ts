import { longestInput } from '../pipelines/encode.ts';
import { type TextGenerationPipeline, WrongInputError } from '../pipelines/index.ts';
import type { Passage } from './cut-passages.ts';
import type { DocumentAnswer } from './document-answer.ts';

/** Tokens of the answer at most. */
const newTokens = 128;
/** What a chat template puts around a request, generously. */
const templateTokens = 64;
const instruction =
  'Answer the question by the numbered passages only, in one or two sentences. Put the number of the passage that you used in brackets after the sentence, such as [1]. If the passages do not answer it, say so.';

/**
 * An answer in the model's own words. It cites the passages whose numbers it names; where it names none, all that it
 * was shown.
 */
export async function generateAnswer(
  generate: TextGenerationPipeline,
  question: string,
  passages: readonly Passage[],
): Promise<DocumentAnswer> {
  const shown = fitting(generate, question, passages);
  const request = requestOf(generate, question, shown);
  const settings = { max_new_tokens: newTokens, do_sample: false, return_full_text: false };
  const output = generate.tokenizer.chat_template
    ? await generate([{ role: 'user', content: request }], settings)
    : await generate(`${request}\nAnswer:`, settings);
  const [{ generated_text }] = output as unknown as [{ generated_text: string }];
  const answer = generated_text.trim();
  const named = new Set(
    Array.from(answer.matchAll(/\[(\d+)\]/g), ([, number]) => Number(number) - 1),
  );
  const used = shown.filter((_, i) => named.has(i));
  return {
    answer,
    citations: (used.length > 0 ? used : shown).map(({ document, start, end, text }) => ({
      document,
      start,
      end,
      passage: text,
    })),
  };
}

/** As many of the first passages as the model takes beside the question and the answer. */
function fitting(
  generate: TextGenerationPipeline,
  question: string,
  passages: readonly Passage[],
): readonly Passage[] {
  const limit = longestInput(generate.model, generate.tokenizer);
  if (limit === undefined) return passages;
  for (let count = passages.length; count > 0; count--) {
    const some = passages.slice(0, count);
    const { length } = generate.tokenizer.encode(requestOf(generate, question, some));
    if (length + templateTokens + newTokens <= limit) return some;
  }
  throw new WrongInputError(
    `answerDocuments: the model takes ${limit} tokens, too few for the question with one passage; cut shorter passages with max_tokens, or take a model with a longer context`,
  );
}

function requestOf(
  { tokenizer }: TextGenerationPipeline,
  question: string,
  passages: readonly Passage[],
): string {
  // Documents come from strangers: what a model takes for the end of a message must not stand in one.
  const special = tokenizer.all_special_ids.map((id) => tokenizer.id_to_token(id)!);
  const plain = (text: string) =>
    special.reduce((rest, token) => rest.replaceAll(token, ' '), text);
  const shown = passages.map(({ text }, i) => `[${i + 1}] ${plain(text)}`).join('\n\n');
  return `${instruction}\n\n${shown}\n\nQuestion: ${plain(question)}`;
}
