import type { QuestionRow } from '@llm/apps';
import { readText } from './files.ts';

interface Article {
  readonly title: string;
  readonly paragraphs: readonly {
    readonly context: string;
    readonly qas: readonly {
      readonly question: string;
      readonly answers: readonly { readonly text: string; readonly answer_start: number }[];
    }[];
  }[];
}

/** Five articles of SQuAD: the questions on the first four to learn, those on the fifth to score. */
export async function readQuestions(): Promise<{ train: QuestionRow[]; test: QuestionRow[] }> {
  const file = JSON.parse(await readText('squad/dev-v1.1-first-5-articles.json.gz')) as {
    readonly data: readonly Article[];
  };
  return {
    train: file.data.slice(0, -1).flatMap(questionsOf),
    test: file.data.slice(-1).flatMap(questionsOf),
  };
}

function questionsOf({ paragraphs }: Article): QuestionRow[] {
  return paragraphs.flatMap(({ context, qas }) =>
    qas
      .filter(({ answers }) => answers.length > 0)
      .map(({ question, answers }) => ({
        question,
        context,
        answers: {
          text: answers.map(({ text }) => text),
          answer_start: answers.map(({ answer_start }) => answer_start),
        },
      })),
  );
}
