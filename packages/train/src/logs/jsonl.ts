import type { TrainerCallback } from '../trainer/callback.ts';
import { LogFile } from './log-file.ts';

/**
 * Writes each log as a line of JSON to `log.jsonl` in a folder, `logging_dir` by default. A run that was
 * resumed writes a new file, which starts with what was logged before; so each file is a whole run.
 */
export function jsonlLogger(folder?: string): TrainerCallback {
  let file: LogFile | undefined;
  return {
    async on_train_begin(args, state) {
      file = LogFile.create(folder ?? loggingFolder(args), 'log', 'jsonl');
      await file.append(state.log_history.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    },
    async on_log(_args, _state, _control, { logs }) {
      await file?.append(`${JSON.stringify(logs)}\n`);
    },
    on_train_end() {
      file = undefined;
    },
  };
}

/** The folder of a run's logs. */
export function loggingFolder(args: { logging_dir: string | null; output_dir: string }): string {
  return args.logging_dir ?? `${args.output_dir}/runs`;
}
