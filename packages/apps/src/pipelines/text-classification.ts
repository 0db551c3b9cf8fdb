import type { SequenceClassification } from '@llm/nn';
import { BatchRunner } from './batch-runner.ts';
import { encodeText } from './encode.ts';
import {
  callable,
  checkCall,
  checkCount,
  type PipelineBase,
  type PipelineParts,
  readTexts,
} from './parts.ts';
import { applyScores, labelOf, type ScoreFunction, topPositions } from './scores.ts';

const task = 'text-classification';

/** A class and how sure the model is. */
export interface Classification {
  readonly label: string;
  readonly score: number;
}

/** Options of a call. */
export interface TextClassificationOptions {
  /** How many classes; null for all. Default 1. */
  readonly top_k?: number | null;
  /**
   * How logits become scores. Default: none for regression, a sigmoid for one class or several independent ones, else
   * softmax.
   */
  readonly function_to_apply?: ScoreFunction;
  /** Texts run side by side. Default 8. */
  readonly batch_size?: number;
}

/** Tells what kind of text each is. */
export interface TextClassificationPipeline extends PipelineBase<SequenceClassification> {
  /** The likeliest class, in a list; for several texts, of each. */
  (
    texts: string | readonly string[],
    options?: TextClassificationOptions & { top_k?: 1 },
  ): Promise<Classification[]>;
  /** The likeliest classes of one text. */
  (text: string, options: TextClassificationOptions): Promise<Classification[]>;
  /** The likeliest classes of each text. */
  (texts: readonly string[], options: TextClassificationOptions): Promise<Classification[][]>;
}

/** Makes the pipeline. */
export function textClassification(
  parts: PipelineParts<SequenceClassification>,
): TextClassificationPipeline {
  const { model, tokenizer } = parts;
  const runner = new BatchRunner(model, tokenizer, ({ logits }) => [logits]);
  const call = async (
    input: string | readonly string[],
    options: TextClassificationOptions = {},
  ) => {
    checkCall(task, options, ['top_k', 'function_to_apply', 'batch_size']);
    const { top_k = 1, batch_size } = options;
    checkCount(task, 'batch_size', batch_size);
    if (top_k !== null) checkCount(task, 'top_k', top_k);
    const { texts, single } = readTexts(task, input);
    const scoring = options.function_to_apply ?? usualScores(model);
    const rows = await runner.run(
      texts.map((text) => encodeText(parts, text)),
      batch_size,
    );
    const found = rows.map(([logits]) => {
      const scores = applyScores(scoring, logits!.values);
      return topPositions(scores, top_k ?? scores.length).map((id) => ({
        label: labelOf(model.config, id),
        score: scores[id]!,
      }));
    });
    if (top_k === 1) return found.flat();
    return single ? found[0]! : found;
  };
  return callable(call, {
    ...parts,
    task,
    dispose: () => runner.dispose(),
  }) as TextClassificationPipeline;
}

/** Python's choice where none is made. */
function usualScores({ config }: SequenceClassification): ScoreFunction {
  if (config.problem_type === 'regression') return 'none';
  const several = config.problem_type === 'multi_label_classification';
  return several || config.num_labels === 1 ? 'sigmoid' : 'softmax';
}
