import type { Module } from '@llm/nn';
import type { TrainingArguments } from './arguments.ts';
import type { LogEntry, TrainerControl, TrainerState } from './state.ts';

/** What callbacks see besides arguments, state and control. */
export interface CallbackContext {
  readonly model: Module;
  /** With `on_evaluate` and `on_predict`. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** With `on_log`. */
  readonly logs?: LogEntry;
  /** With `on_step_end`: the loss of an earlier step, since that of this one may still be computed. */
  readonly loss?: number;
}

/** An event's handler. */
type Handler = (
  args: TrainingArguments,
  state: TrainerState,
  control: TrainerControl,
  context: CallbackContext,
) => void | Promise<void>;

/**
 * Something that follows a run, with transformers' events. Callbacks are called in order, awaited, and share one
 * `control`, whose flags they set.
 */
export interface TrainerCallback {
  /** Name under which the state is saved; needed with `state`. */
  readonly name?: string;
  on_init_end?: Handler;
  on_train_begin?: Handler;
  on_train_end?: Handler;
  on_epoch_begin?: Handler;
  on_epoch_end?: Handler;
  on_step_begin?: Handler;
  on_pre_optimizer_step?: Handler;
  on_optimizer_step?: Handler;
  on_substep_end?: Handler;
  on_step_end?: Handler;
  on_evaluate?: Handler;
  on_predict?: Handler;
  on_save?: Handler;
  on_log?: Handler;
  on_prediction_step?: Handler;
  /** After a GPU was lost and the run went back to an earlier step; not in transformers. */
  on_roll_back?: Handler;
  /** What a resumed run gives back to `load_state`; JSON. */
  state?(): unknown;
  /** Takes what `state` gave; called before the resumed run begins. */
  load_state?(state: unknown): void;
}

/** Names of the events. */
export type TrainerEvent = Exclude<keyof TrainerCallback, 'name' | 'state' | 'load_state'>;

/** Calls an event's handlers in order. */
export async function callHandlers(
  callbacks: readonly TrainerCallback[],
  event: TrainerEvent,
  ...args: Parameters<Handler>
): Promise<void> {
  for (const callback of callbacks) await callback[event]?.(...args);
}

/** The states of callbacks that have one, by name. */
export function callbackStates(callbacks: readonly TrainerCallback[]): Record<string, unknown> {
  const states: Record<string, unknown> = {};
  for (const { name, state } of callbacks.map((each) => ({
    name: each.name,
    state: each.state?.(),
  }))) {
    if (name !== undefined && state !== undefined) states[name] = state;
  }
  return states;
}

/** Gives callbacks back the states that they had. */
export function restoreCallbacks(
  callbacks: readonly TrainerCallback[],
  states: Readonly<Record<string, unknown>>,
): void {
  for (const callback of callbacks) {
    if (callback.name !== undefined && Object.hasOwn(states, callback.name)) {
      callback.load_state?.(states[callback.name]);
    }
  }
}
