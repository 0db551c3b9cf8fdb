/**
 * One call of `generate`: what was asked for, brought to rows, lengths, processors and a compiled session.
 *
 * @module
 */
import type { ModelInputs } from '../pretrained/inputs.ts';
import { Seq2SeqLM } from '../tasks/seq2seq-lm.ts';
import {
  endTokens,
  type GenerateOptions,
  type ResolvedSettings,
  resolveSettings,
} from './options.ts';
import { type LogitsProcessor, makeProcessors, renormalize } from './processors.ts';
import { readPrompts, repeatRows, rowsOf } from './prompts.ts';
import type { GenerativeModel, NextScores, Session } from './session.ts';
import { borrowSession } from './sessions.ts';
import { makeCriteria, type StoppingCriterion } from './stop.ts';
import { makeWarpers } from './warpers.ts';

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
  readonly session: Session;
  /** Takes the prompts in. */
  begin(): Promise<NextScores>;
  /** Gives the session back. */
  end(): void;
}

/** Prepares a call. @throws TypeError or RangeError for options and inputs that do not work. */
export async function prepareRun(
  model: GenerativeModel,
  inputs: ModelInputs,
  options: GenerateOptions,
): Promise<Run> {
  const settings = resolveSettings(options, model.generation_config, model.config);
  const { num_beams, num_return_sequences, max_length, max_new_tokens } = settings;
  const copies = num_beams > 1 ? num_beams : num_return_sequences;
  const prompts = await readPrompts(inputs);
  const isSeq2Seq = model instanceof Seq2SeqLM;
  const starts = isSeq2Seq
    ? await decoderStarts(inputs, settings, prompts.ids.length)
    : prompts.ids;
  const rows = repeatRows(starts, copies).map((row) => [...row]);
  const promptLength = rows[0]!.length;
  const { positions } = model.base_model.cacheShape;
  const wanted = max_new_tokens === null ? max_length! : promptLength + max_new_tokens;
  const maxLength = Math.min(wanted, positions ?? wanted);
  if (maxLength <= promptLength) {
    throw new RangeError(
      `generate: no room for new tokens: the prompt has ${promptLength}, and there can be ${maxLength} in all; set max_new_tokens`,
    );
  }
  const ends = endTokens(settings);
  const encoderIds = isSeq2Seq ? repeatRows(prompts.ids, copies) : undefined;
  const setup = { settings, promptLength, maxLength, ...(encoderIds && { encoderIds }) };
  const processors = [
    ...makeProcessors(setup),
    ...(options.logits_processor ?? []),
    ...(settings.do_sample ? makeWarpers(settings) : []),
    ...(settings.renormalize_logits ? [renormalize] : []),
  ];
  const length = bucket(prompts.ids[0]!.length, isSeq2Seq ? undefined : positions);
  const filled = fill(prompts, length, isSeq2Seq ? 'right' : 'left', copies);
  const { session, giveBack } = borrowSession(model, {
    batch: rows.length,
    promptLength: length,
    capacity: bucket(isSeq2Seq ? maxLength : length + maxLength - promptLength, undefined),
    reorders: num_beams > 1,
  });
  return {
    settings,
    options,
    rows,
    promptLength,
    maxLength,
    padding: settings.pad_token_id ?? ends[0] ?? 0,
    processors,
    criteria: makeCriteria(settings, options, maxLength),
    session,
    begin: () => session.begin(filled.ids, filled.mask, rows),
    end: giveBack,
  };
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

/** Lengths are rounded up to few sizes, so that a session serves many calls. */
function bucket(length: number, most: number | undefined): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(16, length)));
  // Beyond 256, steps of 128 waste less.
  const rounded = length > 256 ? 128 * Math.ceil(length / 128) : power;
  return most === undefined ? rounded : Math.max(length, Math.min(rounded, most));
}

function fill(
  { ids, mask }: { ids: readonly number[][]; mask: readonly number[][] },
  length: number,
  side: 'left' | 'right',
  copies: number,
): { ids: Int32Array; mask: Uint8Array } {
  const [allIds, allMask] = [repeatRows(ids, copies), repeatRows(mask, copies)];
  const filled = {
    ids: new Int32Array(allIds.length * length),
    mask: new Uint8Array(allIds.length * length),
  };
  const shift = side === 'left' ? length - ids[0]!.length : 0;
  allIds.forEach((row, i) => {
    filled.ids.set(row, i * length + shift);
    filled.mask.set(allMask[i]!, i * length + shift);
  });
  return filled;
}
