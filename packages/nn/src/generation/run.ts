/**
 * One call of `generate`: what was asked for, brought to rows, lengths, processors and a compiled session.
 *
 * @module
 */
import type { ModelInputs } from '../pretrained/inputs.ts';
import { Seq2SeqLM } from '../tasks/seq2seq-lm.ts';
import { DrawStream } from './draw.ts';
import { type Guesser, guessLength, isAssisted } from './guesser.ts';
import type { Guidance } from './guidance.ts';
import type { GenerateOptions, ResolvedSettings } from './options.ts';
import { type LogitsProcessor, makeProcessors, renormalize } from './processors.ts';
import { type Prompts, readPrompts, repeatRows, rowsOf } from './prompts.ts';
import type { Draw, GenerativeModel, NextScores, Session } from './session.ts';
import { borrowSession } from './sessions.ts';
import { endTokens, resolveSettings } from './settings.ts';
import { bucket, fill } from './sizes.ts';
import { makeCriteria, type StoppingCriterion } from './stop.ts';
import { makeWarpers } from './warpers.ts';

/** What few calls want, loaded for them. */
type Searches = typeof import('./searches.ts');

/** A call under way. */
export interface Run {
  readonly settings: ResolvedSettings;
  readonly options: GenerateOptions;
  /** Tokens of each row so far, with the padding of the prompts. */
  readonly rows: number[][];
  /** Tokens of each row before generation. */
  readonly promptLength: number;
  readonly maxLength: number;
  readonly padding: number;
  readonly processors: readonly LogitsProcessor[];
  readonly criteria: readonly StoppingCriterion[];
  readonly stream: DrawStream;
  /** Whether the session itself chooses the next tokens, so that only their ids are read. */
  readonly isChosenOnDevice: boolean;
  readonly session: Session;
  readonly guidance: Guidance | undefined;
  /** Guesses tokens, with assisted generation. */
  readonly guesser: Guesser | undefined;
  /** Takes the prompts in. */
  begin(): Promise<NextScores>;
  /** Goes on from the last token of each row; `order` says which row each row was before that. */
  next(order?: Int32Array): Promise<NextScores>;
  /** Gives the sessions back. */
  end(): void;
}

/** Prepares a call. @throws TypeError or RangeError for options and inputs that do not work. */
export async function prepareRun(
  model: GenerativeModel,
  inputs: ModelInputs,
  options: GenerateOptions,
): Promise<Run> {
  const settings = await resolveSettings(options, model.generation_config, model.config);
  const { num_beams, num_return_sequences, max_length, max_new_tokens } = settings;
  const copies = num_beams > 1 ? num_beams : num_return_sequences;
  const prompts = await readPrompts(inputs);
  const isSeq2Seq = model instanceof Seq2SeqLM;
  const start = isSeq2Seq ? await decoderStarts(inputs, settings, prompts.ids.length) : prompts.ids;
  const rows = repeatRows(start, copies).map((row) => [...row]);
  const promptLength = rows[0]!.length;
  const { positions } = model.base_model.cacheShape;
  const wanted = max_new_tokens === null ? max_length! : promptLength + max_new_tokens;
  const whole = (isSeq2Seq ? undefined : model.extendPrompts?.(prompts)) ?? prompts;
  const room = (positions ?? Infinity) - (whole.ids[0]!.length - prompts.ids[0]!.length);
  const maxLength = Math.min(wanted, room);
  if (maxLength <= promptLength) {
    throw new RangeError(
      `generate: no room for new tokens: the prompt has ${promptLength}, and there can be ${maxLength} in all; set max_new_tokens`,
    );
  }
  const isPlain = !isAssisted(settings, options) && (settings.guidance_scale ?? 1) === 1;
  const searches = isPlain ? undefined : await import('./searches.ts');
  searches?.checkAssistant(model, options, settings, prompts.ids.length);
  const ends = endTokens(settings);
  const { prefix_allowed_tokens_fn } = options;
  const isConstrained = options.regex !== undefined || options.json_schema !== undefined;
  // Loaded where it is asked for: expressions and schemas are a tenth of what a page downloads.
  const constraint = isConstrained
    ? (await import('./constraints/processor.ts')).makeConstraint(options, ends)
    : undefined;
  const changing = [
    ...makeProcessors({
      settings,
      promptLength,
      maxLength,
      encoderIds: prompts.ids,
      copies,
      ...(prefix_allowed_tokens_fn && { prefix_allowed_tokens_fn }),
    }),
    ...(options.logits_processor ?? []),
    ...(constraint ? [constraint] : []),
  ];
  const fewest = num_beams > 1 ? Math.max(2, 1 + ends.length) : 1;
  const processors = [
    ...changing,
    ...(settings.do_sample ? makeWarpers(settings, fewest) : []),
    ...(settings.renormalize_logits ? [renormalize] : []),
  ];
  const sampler = changing.length === 0 ? deviceSampler(settings, options) : undefined;
  const guidances = await guidancePrompts(model, prompts, settings, options);
  const length = bucket(whole.ids[0]!.length, isSeq2Seq ? undefined : positions);
  const added = maxLength - promptLength + guessLength(settings, options);
  const own = borrowSession(model, {
    prompts: prompts.ids.length,
    copies,
    promptLength: length,
    capacity: bucket(isSeq2Seq ? promptLength + added : length + added, undefined),
    ...(sampler && { sampler: { top_k: settings.top_k ?? 0 } }),
  });
  const filled = fill(whole, length, isSeq2Seq ? 'right' : 'left', start);
  const stream = new DrawStream(options);
  const draw = (): Draw | undefined => sampler && { ...sampler, ...stream.next() };
  const guided = guidances && borrowGuidance(searches!, model, guidances, settings, copies, added);
  const guesser = searches?.makeGuesser(options, settings, {
    prompts,
    start,
    promptLength,
    maxLength,
  });
  const { session } = own;
  return {
    settings,
    options,
    rows,
    promptLength,
    maxLength,
    padding: settings.pad_token_id ?? ends[0] ?? 0,
    processors,
    criteria: makeCriteria(settings, options, maxLength),
    stream,
    isChosenOnDevice:
      sampler !== undefined ||
      (processors.length === 0 && !guided && !settings.do_sample && !wantsScores(options)),
    session,
    guidance: guided?.guidance,
    guesser,
    begin() {
      guided?.guidance.begin();
      return session.begin(filled, draw());
    },
    next(order) {
      const tokens = Int32Array.from(rows, (row) => row[row.length - 1]!);
      guided?.guidance.next(tokens);
      return session.next(tokens, order, draw());
    },
    end() {
      own.giveBack();
      guided?.giveBack();
      guesser?.end();
    },
  };
}

/** Temperature and mass, if the device can draw: nothing else may look at the scores. */
function deviceSampler(
  settings: ResolvedSettings,
  options: GenerateOptions,
): { temperature: number; top_p: number } | undefined {
  const { min_p, typical_p, epsilon_cutoff, eta_cutoff, guidance_scale } = settings;
  const isPlain =
    settings.do_sample &&
    settings.num_beams === 1 &&
    settings.prompt_lookup_num_tokens === null &&
    !options.assistant_model &&
    !options.uniforms &&
    !wantsScores(options) &&
    min_p === null &&
    (guidance_scale ?? 1) === 1 &&
    (typical_p ?? 1) === 1 &&
    (epsilon_cutoff ?? 0) % 1 === 0 &&
    (eta_cutoff ?? 0) % 1 === 0;
  return isPlain
    ? { temperature: settings.temperature ?? 1, top_p: settings.top_p ?? 1 }
    : undefined;
}

function wantsScores({ output_scores, output_logits }: GenerateOptions): boolean {
  return Boolean(output_scores || output_logits);
}

/** First tokens of the decoder. */
async function decoderStarts(
  inputs: ModelInputs,
  settings: ResolvedSettings,
  batch: number,
): Promise<number[][]> {
  if (inputs.decoder_input_ids) return rowsOf('decoder_input_ids', inputs.decoder_input_ids);
  const start = settings.decoder_start_token_id ?? settings.bos_token_id;
  if (start === null) {
    throw new TypeError(
      'generate: wants decoder_start_token_id, which neither the options nor the configuration have',
    );
  }
  return Array.from({ length: batch }, () => [start]);
}

/** What `guidance_scale` pushes away from: the negative prompts, or the last token of each prompt. */
async function guidancePrompts(
  model: GenerativeModel,
  prompts: Prompts,
  { guidance_scale }: ResolvedSettings,
  { negative_prompt_ids, negative_prompt_attention_mask }: GenerateOptions,
): Promise<Prompts | undefined> {
  if (guidance_scale === null || guidance_scale === 1) return undefined;
  if (model instanceof Seq2SeqLM) {
    throw new TypeError('generate: guidance_scale is for decoders without an encoder');
  }
  if (!negative_prompt_ids) {
    const last = prompts.ids.map((row) => row.slice(-1));
    return { ids: last, mask: last.map(() => [1]) };
  }
  const negative = await readPrompts({
    input_ids: negative_prompt_ids,
    ...(negative_prompt_attention_mask && { attention_mask: negative_prompt_attention_mask }),
  });
  if (negative.ids.length !== prompts.ids.length) {
    throw new RangeError(
      `generate: negative_prompt_ids wants a row for each of the ${prompts.ids.length} prompts: got ${negative.ids.length}`,
    );
  }
  return negative;
}

function borrowGuidance(
  { Guidance }: Searches,
  model: GenerativeModel,
  prompts: Prompts,
  { guidance_scale }: ResolvedSettings,
  copies: number,
  added: number,
): { guidance: Guidance; giveBack: () => void } {
  const length = bucket(prompts.ids[0]!.length, model.base_model.cacheShape.positions);
  const { session, giveBack } = borrowSession(model, {
    prompts: prompts.ids.length,
    copies,
    promptLength: length,
    capacity: bucket(length + added, undefined),
  });
  const filled = fill(prompts, length, 'left', prompts.ids);
  return { guidance: new Guidance(guidance_scale!, session, filled), giveBack };
}
