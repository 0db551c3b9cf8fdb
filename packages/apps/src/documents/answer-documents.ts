import { checkOptions } from '@llm/nn';
import {
  type FeatureExtractionPipeline,
  type PipelineModel,
  pipeline,
  type QuestionAnsweringPipeline,
  type TextGenerationPipeline,
  type TextRankingPipeline,
  WrongInputError,
} from '../pipelines/index.ts';
import { checkCount, readText } from '../pipelines/parts.ts';
import type { DocumentAnswer } from './document-answer.ts';
import { extractAnswers } from './extract-answers.ts';
import { generateAnswer } from './generate-answer.ts';
import { type BuildOptions, type FoundPassage, PassageIndex } from './passage-index.ts';
import type { Document } from './read-documents.ts';

/** The three models: each a pipeline, or where its model is. */
export interface DocumentModels {
  /** Finds passages near in meaning. Default: that of `feature-extraction`. */
  readonly embedding?: FeatureExtractionPipeline | PipelineModel;
  /** Orders what was found by how well it answers; null: no such step. Default: that of `text-ranking`. */
  readonly ranking?: TextRankingPipeline | PipelineModel | null;
  /**
   * Answers from the passages: a pipeline of `question-answering` cites words of the document, one of
   * `text-generation` answers in its own words. Default: that of `question-answering`.
   */
  readonly answering?: QuestionAnsweringPipeline | TextGenerationPipeline | PipelineModel;
}

/** Options of `answerDocuments`. */
export interface AnswerDocumentsOptions extends BuildOptions {
  readonly models?: DocumentModels;
}

/** Options of a question. */
export interface AskOptions {
  /** Answers at most. Default 1; one of `text-generation` gives one. */
  readonly top_k?: number;
  /** Passages that are found by their vectors. Default 20. */
  readonly retrieve?: number;
  /** Passages that are read for the answer. Default 5. */
  readonly read?: number;
}

/** Answers questions about documents. */
export interface DocumentAnswerer {
  /** The answers, best first; none where no passage has one. */
  (question: string, options?: AskOptions): Promise<DocumentAnswer[]>;
  readonly index: PassageIndex;
  /** The passages for a question, best first, by their vectors and then by the ranking model. */
  find(question: string, options?: AskOptions): Promise<FoundPassage[]>;
  /** Frees what was made here; pipelines that were given stay usable. */
  dispose(): void;
}

/**
 * Makes a function that answers questions about documents: it finds passages, orders them, and reads the answer from
 * the best, with citations.
 *
 * @param documents texts, or an index of them
 * @throws WrongInputError if there is no text
 *
 * @example
 * const { documents } = await readDocuments('docs');
 * const ask = await answerDocuments(documents);
 * const [{ answer, citations }] = await ask('How is a model saved?');
 */
export async function answerDocuments(
  documents: readonly Document[] | PassageIndex,
  { models = {}, ...building }: AnswerDocumentsOptions = {},
): Promise<DocumentAnswerer> {
  checkOptions('answerDocuments', building, ['max_tokens', 'overlap', 'on_progress', 'signal']);
  checkOptions('answerDocuments: models', models, ['embedding', 'ranking', 'answering']);
  const made: { dispose(): void }[] = [];
  const own = async <Each extends { dispose(): void }>(making: Promise<Each>): Promise<Each> => {
    const each = await making;
    made.push(each);
    return each;
  };
  const { embedding, ranking, answering } = models;
  const embed = isPipeline(embedding)
    ? embedding
    : await own(pipeline('feature-extraction', embedding));
  const rank =
    ranking === null || isPipeline(ranking)
      ? ranking
      : await own(pipeline('text-ranking', ranking));
  const read = isPipeline(answering)
    ? answering
    : await own(pipeline('question-answering', answering));
  const index =
    documents instanceof PassageIndex
      ? documents
      : await PassageIndex.build(documents, embed, building);

  const find = async (question: string, options: AskOptions = {}): Promise<FoundPassage[]> => {
    const text = readText('answerDocuments', 'question', question);
    if (text.trim() === '') throw new WrongInputError('answerDocuments: the question is empty');
    checkOptions('answerDocuments', options, ['top_k', 'retrieve', 'read']);
    for (const name of ['top_k', 'retrieve', 'read'] as const) {
      checkCount('answerDocuments', name, options[name]);
    }
    const { retrieve = 20, read: count = 5 } = options;
    const near = await index.search(text, embed, rank ? Math.max(retrieve, count) : count);
    if (!rank) return near;
    const order = await rank(
      text,
      near.map((passage) => passage.text),
      { top_k: count, function_to_apply: 'none' },
    );
    return order.map(({ corpus_id, score }) => ({ ...near[corpus_id]!, score }));
  };
  const ask = async (question: string, options: AskOptions = {}): Promise<DocumentAnswer[]> => {
    const passages = await find(question, options);
    if (read.task === 'text-generation') {
      return [await generateAnswer(read as TextGenerationPipeline, question, passages)];
    }
    const reader = read as QuestionAnsweringPipeline;
    // Cosines lie close together; sentence-transformers trains them with this factor.
    const logits = passages.map(({ score }) => (rank ? score : 20 * score));
    return extractAnswers(reader, question, passages, logits, options.top_k ?? 1);
  };
  return Object.assign(ask, {
    index,
    find,
    dispose: () => {
      for (const each of made) each.dispose();
    },
  });
}

function isPipeline<Each>(value: Each | PipelineModel | null | undefined): value is Each & object {
  return typeof value === 'function' && 'task' in value;
}
