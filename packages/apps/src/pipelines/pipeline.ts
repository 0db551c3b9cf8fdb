import type { ModelSource } from '@llm/hub';
import {
  AutoModel,
  AutoModelForCausalLM,
  AutoModelForMaskedLM,
  AutoModelForQuestionAnswering,
  AutoModelForSeq2SeqLM,
  AutoModelForSequenceClassification,
  AutoModelForTokenClassification,
  CausalLM,
  type FromPretrainedOptions,
  MaskedLM,
  PreTrainedModel,
  QuestionAnswering,
  Seq2SeqLM,
  SequenceClassification,
  setDefaultDevice,
  TokenClassification,
} from '@llm/nn';
import { AutoTokenizer, type PreTrainedTokenizer } from '@llm/tokenizers';
import { WrongInputError } from './errors.ts';
import { type FeatureExtractionPipeline, featureExtraction } from './feature-extraction.ts';
import { type FillMaskPipeline, fillMask } from './fill-mask.ts';
import type { PipelineParts } from './parts.ts';
import { type QuestionAnsweringPipeline, questionAnswering } from './question-answering.ts';
import { type SentenceSimilarityPipeline, sentenceSimilarity } from './sentence-similarity.ts';
import { type SummarizationPipeline, summarization } from './summarization.ts';
import { type TextClassificationPipeline, textClassification } from './text-classification.ts';
import { type TextGenerationPipeline, textGeneration } from './text-generation.ts';
import { type TextRankingPipeline, textRanking } from './text-ranking.ts';
import { type Text2TextGenerationPipeline, text2textGeneration } from './text2text-generation.ts';
import { type TokenClassificationPipeline, tokenClassification } from './token-classification.ts';
import { type TranslationPipeline, translation } from './translation.ts';
import {
  type ZeroShotClassificationPipeline,
  zeroShotClassification,
} from './zero-shot-classification.ts';

/** The pipeline of each task. */
export interface Pipelines {
  readonly 'text-classification': TextClassificationPipeline;
  readonly 'token-classification': TokenClassificationPipeline;
  readonly 'question-answering': QuestionAnsweringPipeline;
  readonly 'zero-shot-classification': ZeroShotClassificationPipeline;
  readonly 'fill-mask': FillMaskPipeline;
  readonly 'feature-extraction': FeatureExtractionPipeline;
  readonly 'sentence-similarity': SentenceSimilarityPipeline;
  readonly 'text-ranking': TextRankingPipeline;
  readonly 'text-generation': TextGenerationPipeline;
  readonly 'text2text-generation': Text2TextGenerationPipeline;
  readonly summarization: SummarizationPipeline;
  readonly translation: TranslationPipeline;
}

/** A task's id. */
export type PipelineTask = keyof Pipelines;

/** Other names of tasks. */
export interface PipelineAliases {
  readonly 'sentiment-analysis': 'text-classification';
  readonly ner: 'token-classification';
}

/** Options of `pipeline`: those of `from_pretrained`, and these. */
export interface PipelineOptions extends FromPretrainedOptions {
  /** The tokenizer, where the model is an object; or another one than the model's. */
  readonly tokenizer?: PreTrainedTokenizer | string | URL | ModelSource;
  /** The device of the program: `'auto'` (default), `'webgpu'` or `'wasm'`. */
  readonly device?: string;
}

/** A model, or where one is. */
export type PipelineModel = string | URL | ModelSource | PreTrainedModel;

/** How a task's pipeline is made. */
export interface TaskEntry {
  /** A stock repository that does the task, where none is named. */
  readonly model: string;
  /** What the task is, in a line. */
  readonly about: string;
  /** Loads the model. */
  load(
    location: string | URL | ModelSource,
    options: FromPretrainedOptions,
  ): Promise<PreTrainedModel>;
  /** Whether a model can do it; undefined: every model can. */
  readonly kind?: abstract new (
    ...args: never[]
  ) => PreTrainedModel;
  /** Makes the pipeline of a model and its tokenizer. */
  make(parts: PipelineParts<never>): unknown;
}

/** Every task, with the repository that it uses where none is named. */
export const pipelineTasks: Readonly<Record<PipelineTask, TaskEntry>> = {
  'text-classification': {
    model: 'distilbert/distilbert-base-uncased-finetuned-sst-2-english',
    about: 'what kind of text it is, such as its sentiment',
    load: AutoModelForSequenceClassification.from_pretrained,
    kind: SequenceClassification,
    make: textClassification,
  },
  'token-classification': {
    model: 'dslim/bert-base-NER',
    about: 'names of people, places and organisations',
    load: AutoModelForTokenClassification.from_pretrained,
    kind: TokenClassification,
    make: tokenClassification,
  },
  'question-answering': {
    model: 'distilbert/distilbert-base-cased-distilled-squad',
    about: 'where in a text the answer stands',
    load: AutoModelForQuestionAnswering.from_pretrained,
    kind: QuestionAnswering,
    make: questionAnswering,
  },
  'zero-shot-classification': {
    model: 'facebook/bart-large-mnli',
    about: 'which of your own labels fits a text',
    load: AutoModelForSequenceClassification.from_pretrained,
    kind: SequenceClassification,
    make: zeroShotClassification,
  },
  'fill-mask': {
    model: 'google-bert/bert-base-uncased',
    about: 'which word is hidden',
    load: AutoModelForMaskedLM.from_pretrained,
    kind: MaskedLM,
    make: fillMask,
  },
  'feature-extraction': {
    model: 'sentence-transformers/all-MiniLM-L6-v2',
    about: 'a vector for a text',
    load: AutoModel.from_pretrained,
    make: featureExtraction,
  },
  'sentence-similarity': {
    model: 'sentence-transformers/all-MiniLM-L6-v2',
    about: 'how near in meaning texts are',
    load: AutoModel.from_pretrained,
    make: sentenceSimilarity,
  },
  'text-ranking': {
    model: 'cross-encoder/ms-marco-MiniLM-L6-v2',
    about: 'which documents answer a query best',
    load: AutoModelForSequenceClassification.from_pretrained,
    kind: SequenceClassification,
    make: textRanking,
  },
  'text-generation': {
    model: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    about: 'how a text or a conversation goes on',
    load: AutoModelForCausalLM.from_pretrained,
    kind: CausalLM,
    make: textGeneration,
  },
  'text2text-generation': {
    model: 'google/flan-t5-small',
    about: 'what an instruction asks for',
    load: AutoModelForSeq2SeqLM.from_pretrained,
    kind: Seq2SeqLM,
    make: text2textGeneration,
  },
  summarization: {
    model: 'google-t5/t5-small',
    about: 'a long text in short',
    load: AutoModelForSeq2SeqLM.from_pretrained,
    kind: Seq2SeqLM,
    make: summarization,
  },
  translation: {
    model: 'Helsinki-NLP/opus-mt-en-de',
    about: 'a text in another language',
    load: AutoModelForSeq2SeqLM.from_pretrained,
    kind: Seq2SeqLM,
    make: translation,
  },
};

const aliases: Readonly<Record<keyof PipelineAliases, PipelineTask>> = {
  'sentiment-analysis': 'text-classification',
  ner: 'token-classification',
};

/** The task of an id or of another name for it. @throws WrongInputError that names all tasks. */
export function taskOf(name: string): PipelineTask {
  if (Object.hasOwn(pipelineTasks, name)) return name as PipelineTask;
  if (Object.hasOwn(aliases, name)) return aliases[name as keyof PipelineAliases];
  const known = [...Object.keys(pipelineTasks), ...Object.keys(aliases)].join(', ');
  throw new WrongInputError(
    `pipeline: there is no task ${JSON.stringify(name)}; there are ${known}`,
  );
}

/**
 * Makes a function that does a task: from a repository of the hub, a folder, a URL, or a model that was just trained.
 *
 * @param task its id, as in transformers.js
 * @param model where the model is (default: a small stock one, see `pipelineTasks`), or a model, which then wants
 * `options.tokenizer`
 * @throws WrongInputError for a task that there is not, or a model that cannot do it
 * @throws TypeError for an unknown option
 *
 * @example
 * const classify = await pipeline('sentiment-analysis');
 * await classify('I love transformers!'); // [{ label: 'POSITIVE', score: 0.999… }]
 */
export async function pipeline<Task extends PipelineTask | keyof PipelineAliases>(
  task: Task,
  model?: PipelineModel | null,
  options: PipelineOptions = {},
): Promise<
  Pipelines[Task extends keyof PipelineAliases ? PipelineAliases[Task] : Task & PipelineTask]
> {
  const id = taskOf(task);
  const entry = pipelineTasks[id];
  const { tokenizer, device, ...loading } = options;
  if (device !== undefined) setDefaultDevice(device);
  const parts = await partsOf(id, entry, model ?? entry.model, tokenizer, loading);
  return entry.make(parts as PipelineParts<never>) as never;
}

async function partsOf(
  task: PipelineTask,
  entry: TaskEntry,
  model: PipelineModel,
  tokenizer: PipelineOptions['tokenizer'],
  loading: FromPretrainedOptions,
): Promise<PipelineParts> {
  if (model instanceof PreTrainedModel) {
    const [idle] = Object.keys(loading);
    if (idle) {
      throw new WrongInputError(
        `pipeline: ${idle} has no effect on a model that is loaded; leave it out`,
      );
    }
    if (tokenizer === undefined) {
      throw new WrongInputError(
        'pipeline: a model that is an object wants options.tokenizer beside it',
      );
    }
    checkKind(task, entry, model);
    return { model, tokenizer: await tokenizerOf(tokenizer, {}) };
  }
  const { dtype: _, config: __, strict: ___, ...hub } = loading;
  const [loaded, found] = await Promise.all([
    entry.load(model, loading),
    tokenizerOf(tokenizer ?? model, hub),
  ]);
  if (entry.kind) checkHead(task, loaded);
  return { model: loaded, tokenizer: found };
}

async function tokenizerOf(
  tokenizer: NonNullable<PipelineOptions['tokenizer']>,
  hub: Omit<FromPretrainedOptions, 'dtype' | 'config' | 'strict'>,
): Promise<PreTrainedTokenizer> {
  if (typeof tokenizer === 'function') return tokenizer;
  return AutoTokenizer.from_pretrained(tokenizer, hub);
}

function checkKind(task: string, { kind }: TaskEntry, model: PreTrainedModel): void {
  const fits: boolean = !kind || model instanceof kind;
  if (fits) return;
  throw new WrongInputError(
    `${task}: wants a model for ${kind!.name}: got ${model.architecture || model.constructor.name}`,
  );
}

/** A head that the checkpoint did not hold has random weights: its answers would mean nothing. */
function checkHead(task: string, model: PreTrainedModel): void {
  const missing = model.load_report?.missing ?? [];
  if (missing.length === 0) return;
  const names = missing.slice(0, 3);
  throw new WrongInputError(
    `${task}: the checkpoint has no weights for ${names.join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}: it is of a model for another task; name one that was trained for this one`,
  );
}
