import type { TrainerCallback } from '../trainer/callback.ts';
import type { LogEntry } from '../trainer/state.ts';
import { maskedCrc32c } from './crc32c.ts';
import { loggingFolder } from './jsonl.ts';
import { LogFile } from './log-file.ts';
import { ProtobufWriter } from './protobuf.ts';

/**
 * Writes an event file that TensorBoard shows, in `logging_dir` by default. Tags are those of transformers:
 * `train/loss`, `eval/loss`.
 */
export function tensorBoardLogger(folder?: string): TrainerCallback {
  let file: LogFile | undefined;
  return {
    async on_train_begin(args) {
      const seconds = Math.floor(Date.now() / 1000);
      // TensorBoard knows the files by this name.
      const name = `events.out.tfevents.${seconds}.${typeof process === 'undefined' ? 'page' : process.pid}`;
      file = LogFile.create(folder ?? loggingFolder(args), name, 'v2');
      await file.append(record(fileVersion(Date.now() / 1000)));
    },
    async on_log(_args, state, _control, { logs = {} }) {
      await file?.append(record(scalarEvent(Date.now() / 1000, state.global_step, logs)));
    },
    on_train_end() {
      file = undefined;
    },
  };
}

/** `eval_loss` → `eval/loss`; what has no prefix belongs to the training. */
export function tagOf(name: string): string {
  for (const prefix of ['eval', 'test']) {
    if (name.startsWith(`${prefix}_`)) return `${prefix}/${name.slice(prefix.length + 1)}`;
  }
  return `train/${name}`;
}

/** The first event of a file. */
export function fileVersion(seconds: number): Uint8Array {
  return new ProtobufWriter().double(1, seconds).bytes(3, 'brain.Event:2').finish();
}

/** An event with the numbers of a log. */
export function scalarEvent(seconds: number, step: number, logs: LogEntry): Uint8Array {
  const summary = new ProtobufWriter();
  for (const [name, value] of Object.entries(logs)) {
    if (name === 'step') continue;
    summary.bytes(1, new ProtobufWriter().bytes(1, tagOf(name)).float(2, value));
  }
  return new ProtobufWriter().double(1, seconds).varint(2, step).bytes(5, summary).finish();
}

/** TensorFlow's record: length (64 bits), its checksum, the data, their checksum. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}
