import { checkOptions } from '@llm/nn';
import {
  type PipelineModel,
  type PipelineOptions,
  type Pipelines,
  pipeline,
  WrongInputError,
} from '../pipelines/index.ts';
import { questionAnsweringScoring } from './question-answering.ts';
import type { Scores, Scoring } from './scoring.ts';
import { sentenceSimilarityScoring } from './sentence-similarity.ts';
import { summarizationScoring } from './summarization.ts';
import { textClassificationScoring } from './text-classification.ts';
import { textGenerationScoring } from './text-generation.ts';
import { textRankingScoring } from './text-ranking.ts';
import { tokenClassificationScoring } from './token-classification.ts';
import { translationScoring } from './translation.ts';
import { zeroShotClassificationScoring } from './zero-shot-classification.ts';

/** How each task that has an agreed score is scored. */
const scorings = {
  'text-classification': textClassificationScoring,
  'token-classification': tokenClassificationScoring,
  'question-answering': questionAnsweringScoring,
  'zero-shot-classification': zeroShotClassificationScoring,
  'sentence-similarity': sentenceSimilarityScoring,
  'text-ranking': textRankingScoring,
  'text-generation': textGenerationScoring,
  summarization: summarizationScoring,
  translation: translationScoring,
} as const;

/** A task that `evaluate` scores. */
export type EvaluationTask = keyof typeof scorings;

/** The columns of the rows of each task that `evaluate` scores. */
export const evaluationColumns: Readonly<Record<EvaluationTask, string>> = Object.fromEntries(
  Object.entries(scorings).map(([task, { columns }]) => [task, columns]),
) as Record<EvaluationTask, string>;

/** A row with what the pipeline said of it. */
export interface EvaluatedRow {
  readonly index: number;
  readonly row: unknown;
  readonly prediction: unknown;
}

/** Options of `evaluate`: a pipeline, or those of `pipeline` to make one. */
export interface EvaluateOptions<Task extends EvaluationTask = EvaluationTask>
  extends PipelineOptions {
  /** The pipeline that is scored; it stays usable. Default: one of `model`. */
  readonly pipeline?: Pipelines[Task];
  /** Where the model is, or a model. Default: the task's own. */
  readonly model?: PipelineModel;
  /** Called for each row that was answered, in order. */
  readonly on_row?: (row: EvaluatedRow) => void;
  /** Called with the rows done and their number. */
  readonly on_progress?: (done: number, total: number) => void;
  /** Ends the work after the rows it is at. */
  readonly signal?: AbortSignal;
}

/** Rows between two reports of progress. */
const chunk = 32;

/**
 * Scores a model on rows that hold what is right, by the metrics that papers use for the task.
 *
 * @param rows their columns: `evaluationColumns`
 * @returns scores by name, such as `{ accuracy, f1 }`
 * @throws WrongInputError naming the row that cannot be used, or a task without scores
 * @throws TypeError for an unknown option
 *
 * @example
 * const rows = await loadDataset('test.jsonl'); // columns text, label
 * await evaluate('text-classification', rows, { model: 'reviews-model' }); // { accuracy: 0.91, f1: 0.9 }
 */
export async function evaluate<Task extends EvaluationTask>(
  task: Task,
  rows: Iterable<object>,
  options: EvaluateOptions<Task> = {},
): Promise<Scores> {
  if (!Object.hasOwn(scorings, task)) {
    throw new WrongInputError(
      `evaluate: scores ${Object.keys(scorings).join(', ')}: got ${JSON.stringify(task)}`,
    );
  }
  const scoring = scorings[task] as unknown as Scoring<unknown, Task>;
  const { pipeline: given, model, on_row, on_progress, ...loading } = options;
  const { signal } = loading;
  if (given) checkOptions('evaluate with a pipeline', loading, ['signal']);
  if (given && model !== undefined) {
    throw new WrongInputError('evaluate: got both a pipeline and a model; give one of them');
  }
  const checked = Array.from(rows, (row, index) => scoring.check(row, index));
  if (checked.length === 0) throw new WrongInputError('evaluate: got no rows');
  const run = given ?? ((await pipeline(task, model, loading)) as unknown as Pipelines[Task]);
  try {
    const predictions: unknown[] = [];
    for (let start = 0; start < checked.length; start += chunk) {
      signal?.throwIfAborted();
      const some = checked.slice(start, start + chunk);
      const answers = await scoring.predict(run, some, checked);
      for (const [i, prediction] of answers.entries()) {
        on_row?.({ index: start + i, row: some[i], prediction });
      }
      predictions.push(...answers);
      on_progress?.(predictions.length, checked.length);
    }
    return scoring.score(predictions, checked);
  } finally {
    if (!given) run.dispose();
  }
}
