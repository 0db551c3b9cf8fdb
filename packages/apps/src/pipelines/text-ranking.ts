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
  readText,
  readTexts,
} from './parts.ts';
import { applyScores, type ScoreFunction, topPositions } from './scores.ts';

const task = 'text-ranking';

/** A document's place. */
export interface RankedText {
  /** Its position in the list given. */
  readonly corpus_id: number;
  readonly score: number;
  /** The document, with `return_documents`. */
  readonly text?: string;
}

/** Options of a call. */
export interface TextRankingOptions {
  /** How many documents. Default: all. */
  readonly top_k?: number;
  /** Whether documents are returned too. Default false. */
  readonly return_documents?: boolean;
  /** What makes a score of the logit. Default: the model's own, a sigmoid where it names none. */
  readonly function_to_apply?: Exclude<ScoreFunction, 'softmax'>;
  /** Documents run side by side. Default 8. */
  readonly batch_size?: number;
}

/** Orders documents by how well they answer a query, with a cross-encoder. */
export interface TextRankingPipeline extends PipelineBase<SequenceClassification> {
  /** The documents, best first, as `CrossEncoder.rank` of sentence-transformers gives them. */
  (
    query: string,
    documents: readonly string[],
    options?: TextRankingOptions,
  ): Promise<RankedText[]>;
}

/** Makes the pipeline. */
export function textRanking(parts: PipelineParts<SequenceClassification>): TextRankingPipeline {
  const { model, tokenizer } = parts;
  if (model.config.num_labels !== 1) {
    throw new WrongInputError(
      `${task}: wants a cross-encoder, with one score for a pair: this model has ${model.config.num_labels} classes`,
    );
  }
  const runner = new BatchRunner(model, tokenizer, ({ logits }) => [logits]);
  const call = async (
    query: string,
    documents: readonly string[],
    options: TextRankingOptions = {},
  ) => {
    checkCall(task, options, ['top_k', 'return_documents', 'function_to_apply', 'batch_size']);
    checkCount(task, 'top_k', options.top_k);
    checkCount(task, 'batch_size', options.batch_size);
    const { texts } = readTexts(`${task}: documents`, documents);
    const question = readText(task, 'query', query);
    const rows = await runner.run(
      texts.map((text) => encodeText(parts, question, text)),
      options.batch_size,
    );
    const scoring = options.function_to_apply ?? ownScores(model);
    const scores = rows.map(([logit]) => applyScores(scoring, logit!.values)[0]!);
    return topPositions(scores, options.top_k ?? scores.length).map((corpus_id) => ({
      corpus_id,
      score: scores[corpus_id]!,
      ...(options.return_documents && { text: texts[corpus_id]! }),
    }));
  };
  return callable(call, { ...parts, task, dispose: () => runner.dispose() });
}

/** What sentence-transformers writes into the configuration of a cross-encoder. */
function ownScores({ config }: SequenceClassification): ScoreFunction {
  const settings = config as unknown as {
    sentence_transformers?: { activation_fn?: string };
    sbert_ce_default_activation_function?: string;
  };
  const name =
    settings.sentence_transformers?.activation_fn ?? settings.sbert_ce_default_activation_function;
  return name?.endsWith('.Identity') ? 'none' : 'sigmoid';
}
