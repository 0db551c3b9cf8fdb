import type { QuestionAnsweringPipeline } from '../pipelines/index.ts';
import { softmax } from '../pipelines/scores.ts';
import type { Passage } from './cut-passages.ts';
import type { DocumentAnswer } from './document-answer.ts';

/**
 * The likeliest answers in the words of passages. An answer's score is the share of its passage times its share of the
 * passage, summed over where it was found; what a passage gives to its having no answer is nobody's.
 *
 * @param logits how well each passage fits
 */
export async function extractAnswers(
  read: QuestionAnsweringPipeline,
  question: string,
  passages: readonly Passage[],
  logits: readonly number[],
  top_k: number,
): Promise<DocumentAnswer[]> {
  const shares = softmax(logits);
  // One more than wanted: the answer that there is none is among them. Two or more give lists.
  const found = (await read(
    passages.map(({ text }) => ({ question, context: text })),
    { top_k: top_k + 1, handle_impossible_answer: true },
  )) as unknown as readonly (readonly {
    score: number;
    start: number;
    end: number;
    answer: string;
  }[])[];
  const answers = new Map<string, { answer: DocumentAnswer; score: number }>();
  for (const [i, passage] of passages.entries()) {
    for (const { answer, start, end, score } of found[i]!) {
      if (answer.trim() === '') continue;
      const key = answer.toLowerCase();
      const known = answers.get(key);
      const citation = {
        document: passage.document,
        start: passage.start + start,
        end: passage.start + end,
        passage: passage.text,
      };
      const citations = known?.answer.citations ?? [];
      // Passages overlap: one place may be found twice.
      const isKnown = citations.some(
        (each) => each.document === citation.document && each.start === citation.start,
      );
      answers.set(key, {
        answer: {
          answer: known?.answer.answer ?? answer,
          citations: isKnown ? citations : [...citations, citation],
        },
        score: (known?.score ?? 0) + shares[i]! * score,
      });
    }
  }
  return [...answers.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, top_k)
    .map(({ answer, score }) => ({ ...answer, score }));
}
