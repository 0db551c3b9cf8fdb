import type { SequenceClassification } from '@llm/nn';
import { BatchRunner } from './batch-runner.ts';
import { encodeText } from './encode.ts';
import { WrongInputError } from './errors.ts';
import {
  callable,
  checkCall,
  checkCount,
  type PipelineBase,
  type PipelineParts,
  readTexts,
} from './parts.ts';
import { softmax, topPositions } from './scores.ts';

const task = 'zero-shot-classification';

/** How well each label fits a text, best first. */
export interface ZeroShotClassification {
  readonly sequence: string;
  readonly labels: string[];
  readonly scores: number[];
}

/** Options of a call. */
export interface ZeroShotClassificationOptions {
  /** The sentence that a label makes, where `{}` stands for it. Default `This example is {}.` */
  readonly hypothesis_template?: string;
  /** Whether several labels may fit; scores then do not add up to 1. Default false. */
  readonly multi_label?: boolean;
  /** Pairs of text and label run side by side. Default 8. */
  readonly batch_size?: number;
}

/** Classifies by labels that the model was not trained on, with a model of textual entailment. */
export interface ZeroShotClassificationPipeline extends PipelineBase<SequenceClassification> {
  /** The labels of one text; a list may be one string with commas. */
  (
    text: string,
    candidate_labels: string | readonly string[],
    options?: ZeroShotClassificationOptions,
  ): Promise<ZeroShotClassification>;
  /** The labels of each text. */
  (
    texts: readonly string[],
    candidate_labels: string | readonly string[],
    options?: ZeroShotClassificationOptions,
  ): Promise<ZeroShotClassification[]>;
}

/** Makes the pipeline (Yin et al., Benchmarking zero-shot text classification, 2019). */
export function zeroShotClassification(
  parts: PipelineParts<SequenceClassification>,
): ZeroShotClassificationPipeline {
  const { model, tokenizer } = parts;
  const runner = new BatchRunner(model, tokenizer, ({ logits }) => [logits]);
  const entailment = entailmentOf(model);
  const call = async (
    input: string | readonly string[],
    candidate_labels: string | readonly string[],
    options: ZeroShotClassificationOptions = {},
  ) => {
    checkCall(task, options, ['hypothesis_template', 'multi_label', 'batch_size']);
    const { hypothesis_template = 'This example is {}.', multi_label = false } = options;
    checkCount(task, 'batch_size', options.batch_size);
    const { texts, single } = readTexts(task, input);
    const labels = readLabels(candidate_labels);
    if (!hypothesis_template.includes('{}')) {
      throw new WrongInputError(
        `${task}: hypothesis_template wants a text with {} for the label: got ${JSON.stringify(hypothesis_template)}`,
      );
    }
    const encodings = texts.flatMap((text) =>
      labels.map((label) =>
        encodeText(
          parts,
          text,
          hypothesis_template.replace('{}', () => label),
          {
            truncation: 'only_first',
          },
        ),
      ),
    );
    const rows = await runner.run(encodings, options.batch_size);
    const found = texts.map((sequence, i) => {
      const logits = labels.map((_, j) => rows[i * labels.length + j]![0]!.values);
      const scores =
        multi_label || labels.length === 1
          ? logits.map((own) => softmax([own[entailment.against]!, own[entailment.for]!])[1]!)
          : [...softmax(logits.map((own) => own[entailment.for]!))];
      const order = topPositions(scores, scores.length);
      return {
        sequence,
        labels: order.map((label) => labels[label]!),
        scores: order.map((label) => scores[label]!),
      };
    });
    return single ? found[0]! : found;
  };
  return callable(call, {
    ...parts,
    task,
    dispose: () => runner.dispose(),
  }) as ZeroShotClassificationPipeline;
}

function readLabels(labels: unknown): string[] {
  const list = typeof labels === 'string' ? labels.split(',').map((label) => label.trim()) : labels;
  if (!Array.isArray(list))
    throw new WrongInputError(`${task}: candidate_labels wants a list of labels`);
  const { texts } = readTexts(`${task}: candidate_labels`, list);
  if (texts.some((label) => label === '')) {
    throw new WrongInputError(`${task}: candidate_labels has an empty label`);
  }
  return texts;
}

/** The class that says that one text follows from another, and the one that says the opposite. */
function entailmentOf({ config }: SequenceClassification): { for: number; against: number } {
  const labels = Object.entries(config.id2label ?? {});
  const found = labels.find(([, label]) => /^entail/i.test(label));
  if (!found || labels.length < 2) {
    throw new WrongInputError(
      `${task}: wants a model of textual entailment: the classes of this one are ${labels.map(([, label]) => label).join(', ') || 'unnamed'}, none of them 'entailment'`,
    );
  }
  const position = Number(found[0]);
  return { for: position, against: position === 0 ? labels.length - 1 : 0 };
}
