import type { CallOutput } from '../operations.ts';
import type { TaskForm } from '../task-form.ts';
import { MarkedText } from './marked-text.tsx';
import { answersOf, entitiesOf, scoresOf, textOf, vectorOf } from './read.ts';
import { ScoreTable } from './score-table.tsx';

interface ResultProps {
  readonly form: TaskForm;
  /** What the pipeline was called with. */
  readonly inputs: readonly unknown[];
  readonly output: CallOutput;
}

/** A result as its task is best read, and as the pipeline gave it. */
export function Result({ form, inputs, output: { result } }: ResultProps) {
  return (
    <>
      <ResultBody form={form} inputs={inputs} result={result} />
      <details>
        <summary>As JSON</summary>
        <pre>{shortened(JSON.stringify(result, null, 2))}</pre>
      </details>
    </>
  );
}

interface BodyProps extends Omit<ResultProps, 'output'> {
  readonly result: unknown;
}

function ResultBody({ form, inputs, result }: BodyProps) {
  switch (form.view) {
    case 'scores':
      return <ScoreTable scores={scoresOf(form.id, inputs, result)} />;
    case 'entities': {
      const spans = entitiesOf(result);
      if (spans.length === 0) return <p>The model found no names in this text.</p>;
      return <MarkedText text={String(inputs[0])} spans={spans} />;
    }
    case 'answer': {
      const answers = answersOf(result);
      return (
        <>
          <MarkedText text={String(inputs[1])} spans={answers.slice(0, 1)} />
          <ScoreTable scores={answers} />
        </>
      );
    }
    case 'text':
      return <p class="generated">{textOf(result)}</p>;
    case 'vector': {
      const { shape, first } = vectorOf(result);
      return (
        <>
          <p>{shape.join(' × ')} numbers, beginning with</p>
          <pre>{first.map((value) => value.toFixed(4)).join('  ')} …</pre>
        </>
      );
    }
  }
}

/** A text as long as a person would read. */
function shortened(text: string): string {
  return text.length > 20_000 ? `${text.slice(0, 20_000)}\n… ${text.length} characters` : text;
}
