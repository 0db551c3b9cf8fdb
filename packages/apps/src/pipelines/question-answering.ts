import type { QuestionAnswering } from '@llm/nn';
import type { Encoding } from '@llm/tokenizers';
import { BatchRunner } from './batch-runner.ts';
import { longestInput } from './encode.ts';
import { WrongInputError } from './errors.ts';
import {
  callable,
  checkCall,
  checkCount,
  type PipelineBase,
  type PipelineParts,
  readText,
} from './parts.ts';
import { softmax } from './scores.ts';

const task = 'question-answering';

/** A span of the context. */
export interface Answer {
  readonly score: number;
  /** Where it stands in the context, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Empty where the model says that the context has no answer. */
  readonly answer: string;
}

/** A question and the text that answers it. */
export interface QuestionInput {
  readonly question: string;
  readonly context: string;
}

/** Options of a call. */
export interface QuestionAnsweringOptions {
  /** How many answers at most. Default 1. */
  readonly top_k?: number;
  /** Tokens that two windows of a long context share. Default 128, at most half of `max_seq_len`. */
  readonly doc_stride?: number;
  /** Most tokens of an answer. Default 15. */
  readonly max_answer_len?: number;
  /** Most tokens of a window, the question included. Default 384, or what the model takes. */
  readonly max_seq_len?: number;
  /** Whether an empty answer may be the best. Default false. */
  readonly handle_impossible_answer?: boolean;
  /** Whether answers are widened to whole words. Default true. */
  readonly align_to_words?: boolean;
  /** Windows run side by side. Default 8. */
  readonly batch_size?: number;
}

/** Finds the answer to a question in a text. */
export interface QuestionAnsweringPipeline extends PipelineBase<QuestionAnswering> {
  /** The best answer. */
  (
    question: string,
    context: string,
    options?: QuestionAnsweringOptions & { top_k?: 1 },
  ): Promise<Answer>;
  /** The best answers. */
  (question: string, context: string, options: QuestionAnsweringOptions): Promise<Answer[]>;
  /** The best answer. */
  (input: QuestionInput, options?: QuestionAnsweringOptions & { top_k?: 1 }): Promise<Answer>;
  /** The best answers. */
  (input: QuestionInput, options: QuestionAnsweringOptions): Promise<Answer[]>;
  /** The best answer to each. */
  (
    inputs: readonly QuestionInput[],
    options?: QuestionAnsweringOptions & { top_k?: 1 },
  ): Promise<Answer[]>;
  /** The best answers to each. */
  (inputs: readonly QuestionInput[], options: QuestionAnsweringOptions): Promise<Answer[][]>;
  /** The best answer to each question in its context. */
  (
    questions: readonly string[],
    contexts: readonly string[],
    options?: QuestionAnsweringOptions,
  ): Promise<Answer[] | Answer[][]>;
}

/** Makes the pipeline; its answers are those of transformers' `QuestionAnsweringPipeline`. */
export function questionAnswering(
  parts: PipelineParts<QuestionAnswering>,
): QuestionAnsweringPipeline {
  const runner = new BatchRunner(parts.model, parts.tokenizer, (output) => [
    output.start_logits,
    output.end_logits,
  ]);
  const call = async (...args: unknown[]) => {
    const { inputs, options, single } = readArguments(args);
    const { top_k = 1 } = options;
    const answers: Answer[][] = [];
    for (const input of inputs) {
      const windows = windowsOf(parts, input, options);
      const rows = await runner.run(windows, options.batch_size);
      const spans = windows.map((encoding, i) => {
        const [start, end] = rows[i]!;
        return spansOf(encoding, start!.values, end!.values, parts, options);
      });
      answers.push(bestAnswers(input.context, windows, spans, options));
    }
    const found = top_k === 1 ? answers.map(([answer]) => answer!) : answers;
    return single ? found[0]! : found;
  };
  return callable(call, {
    ...parts,
    task,
    dispose: () => runner.dispose(),
  }) as QuestionAnsweringPipeline;
}

function readArguments(args: readonly unknown[]): {
  inputs: QuestionInput[];
  options: QuestionAnsweringOptions;
  single: boolean;
} {
  const [first] = args;
  const isPair =
    typeof first === 'string' || (Array.isArray(first) && typeof first[0] === 'string');
  const options = (isPair ? args[2] : args[1]) ?? {};
  checkCall(task, options as QuestionAnsweringOptions, [
    'top_k',
    'doc_stride',
    'max_answer_len',
    'max_seq_len',
    'handle_impossible_answer',
    'align_to_words',
    'batch_size',
  ]);
  const own = options as QuestionAnsweringOptions;
  for (const name of ['top_k', 'max_answer_len', 'max_seq_len', 'batch_size'] as const) {
    checkCount(task, name, own[name]);
  }
  checkCount(task, 'doc_stride', own.doc_stride, 0);
  const single = !Array.isArray(first);
  const given = isPair ? pairsOf(first as string | string[], args[1]) : [first].flat();
  if (given.length === 0) throw new WrongInputError(`${task}: wants at least one question`);
  const inputs = given.map((input) => {
    const { question, context } = (input ?? {}) as Partial<QuestionInput>;
    const read = {
      question: readText(task, 'question', question),
      context: readText(task, 'context', context),
    };
    if (read.context.trim() === '') {
      throw new WrongInputError(
        `${task}: the context is empty; give the text that holds the answer`,
      );
    }
    return read;
  });
  return { inputs, options: own, single };
}

function pairsOf(questions: string | readonly string[], contexts: unknown): unknown[] {
  if (typeof questions === 'string') return [{ question: questions, context: contexts }];
  if (!Array.isArray(contexts) || contexts.length !== questions.length) {
    throw new WrongInputError(
      `${task}: got ${questions.length} questions, wants a list of as many contexts`,
    );
  }
  return questions.map((question, i) => ({ question, context: contexts[i] }));
}

function windowsOf(
  { model, tokenizer }: PipelineParts,
  { question, context }: QuestionInput,
  options: QuestionAnsweringOptions,
): Encoding[] {
  const max_length = options.max_seq_len ?? Math.min(longestInput(model, tokenizer) ?? 384, 384);
  const stride = options.doc_stride ?? Math.min(Math.floor(max_length / 2), 128);
  if (stride > max_length) {
    throw new RangeError(`${task}: doc_stride, ${stride}, is above max_seq_len, ${max_length}`);
  }
  const encoding = tokenizer.encode_plus(question, {
    text_pair: context,
    truncation: 'only_second',
    max_length,
    stride,
  });
  return [encoding, ...encoding.overflowing];
}

interface Span {
  readonly first: number;
  readonly last: number;
  readonly score: number;
}

interface Spans {
  readonly spans: readonly Span[];
  /** Score of there being no answer in the window. */
  readonly none: number;
}

/** The likeliest spans of a window: the product of the shares of their ends. */
function spansOf(
  encoding: Encoding,
  startLogits: Float32Array,
  endLogits: Float32Array,
  { tokenizer }: PipelineParts,
  { top_k = 1, max_answer_len = 15, align_to_words = true }: QuestionAnsweringOptions,
): Spans {
  const sequences = encoding.sequence_ids;
  const isContext = sequences.map((sequence) => sequence === 1);
  // A token that stands for the whole input takes part in the shares, but is no answer.
  const counts = isContext.map((holds, i) => holds || encoding.ids[i] === tokenizer.cls_token_id);
  const shares = (logits: Float32Array) =>
    softmax(counts.map((holds, i) => (holds ? logits[i]! : -10000)));
  const [starts, ends] = [shares(startLogits), shares(endLogits)];
  const none = starts[0]! * ends[0]!;
  starts[0] = 0;
  ends[0] = 0;
  // Some spans become one when they are widened to words.
  const wanted = align_to_words ? 2 * top_k + 10 : top_k;
  const spans: Span[] = [];
  for (let first = 0; first < starts.length; first++) {
    if (!counts[first]) continue;
    const stop = Math.min(ends.length, first + max_answer_len);
    for (let last = first; last < stop; last++) {
      if (counts[last]) spans.push({ first, last, score: starts[first]! * ends[last]! });
    }
  }
  spans.sort((a, b) => b.score - a.score);
  return { spans: spans.slice(0, wanted), none };
}

function bestAnswers(
  context: string,
  windows: readonly Encoding[],
  found: readonly Spans[],
  { top_k = 1, handle_impossible_answer = false, align_to_words = true }: QuestionAnsweringOptions,
): Answer[] {
  const answers = new Map<string, Answer>();
  for (const [i, { spans }] of found.entries()) {
    for (const { first, last, score } of spans) {
      const [start, end] = placeOf(windows[i]!, first, last, align_to_words);
      const answer = context.slice(start, end);
      const key = answer.toLowerCase();
      const known = answers.get(key);
      // One answer found in several ways is as likely as all of them together.
      answers.set(
        key,
        known ? { ...known, score: known.score + score } : { score, start, end, answer },
      );
    }
  }
  const all = [...answers.values()];
  if (handle_impossible_answer) {
    const score = Math.min(1_000_000, ...found.map(({ none }) => none));
    all.push({ score, start: 0, end: 0, answer: '' });
  }
  return all.sort((a, b) => b.score - a.score).slice(0, top_k);
}

/** The characters of a span of tokens. */
function placeOf(
  encoding: Encoding,
  first: number,
  last: number,
  words: boolean,
): readonly [number, number] {
  const begin = encoding.token_to_word(first);
  const end = encoding.token_to_word(last);
  if (words && begin !== null && end !== null) {
    const from = encoding.word_to_chars(begin, 1);
    const to = encoding.word_to_chars(end, 1);
    if (from && to) return [from[0], to[1]];
  }
  return [encoding.offsets[first]![0], encoding.offsets[last]![1]];
}
