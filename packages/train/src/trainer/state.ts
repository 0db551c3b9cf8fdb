/** One entry of `log_history`: numbers by name, with `epoch` and `step`. */
export type LogEntry = Readonly<Record<string, number>>;

/** Where a run is, with the names of transformers' `TrainerState`; saved as `trainer_state.json`. */
export interface TrainerState {
  /** Epochs done; a fraction within one. */
  epoch: number;
  /** Updates done. */
  global_step: number;
  /** Updates of the whole run. */
  max_steps: number;
  num_train_epochs: number;
  train_batch_size: number;
  logging_steps: number;
  eval_steps: number;
  save_steps: number;
  /** Tokens that the model was fed, padding included. */
  num_input_tokens_seen: number;
  /** Everything that was logged. */
  log_history: LogEntry[];
  best_metric: number | null;
  best_global_step: number | null;
  /** Folder of the best checkpoint. */
  best_model_checkpoint: string | null;
}

/** What callbacks ask for; the trainer does it and takes the wish back. */
export interface TrainerControl {
  /** Ends the run. */
  should_training_stop: boolean;
  /** Ends the epoch. */
  should_epoch_stop: boolean;
  /** Saves a checkpoint after this step. */
  should_save: boolean;
  /** Evaluates after this step. */
  should_evaluate: boolean;
  /** Logs after this step. */
  should_log: boolean;
}

/** A run that has not begun. */
export function newState(): TrainerState {
  return {
    epoch: 0,
    global_step: 0,
    max_steps: 0,
    num_train_epochs: 0,
    train_batch_size: 0,
    logging_steps: 0,
    eval_steps: 0,
    save_steps: 0,
    num_input_tokens_seen: 0,
    log_history: [],
    best_metric: null,
    best_global_step: null,
    best_model_checkpoint: null,
  };
}

/** Nothing is wished for. */
export function newControl(): TrainerControl {
  return {
    should_training_stop: false,
    should_epoch_stop: false,
    should_save: false,
    should_evaluate: false,
    should_log: false,
  };
}
