import { checkOptions } from '@llm/nn';
import type { SingleBar } from 'cli-progress';
import type { StepEvent, TrainingCallback } from './callback.ts';

/** Where progress is written: `process.stderr`, or anything of its form. */
export interface ProgressStream {
  /** Whether it is a terminal, on which a line can be drawn again. */
  readonly isTTY?: boolean;
  /** Writes text at the end. */
  write(text: string): unknown;
}

/** Options of `progressBar`. */
export interface ProgressBarOptions {
  /** Where the bar is drawn. Default: standard error. */
  readonly stream?: ProgressStream;
  /** Where the stream is no terminal: seconds between plain lines. Default 10. */
  readonly interval?: number;
}

/** A live line with step, loss, tokens per second and time left; plain lines where there is no terminal (Node). */
export function progressBar(options: ProgressBarOptions = {}): TrainingCallback {
  checkOptions('progressBar', options, ['stream', 'interval']);
  const { interval = 10 } = options;
  const stream: ProgressStream = options.stream ?? process.stderr;
  let bar: SingleBar | undefined;
  let lastLine = Number.NEGATIVE_INFINITY;
  return {
    async onTrainBegin({ startStep, steps }) {
      if (!stream.isTTY) return;
      const { default: library } = await import('cli-progress');
      // The library asks for Node's whole type of stream; what it uses is a terminal's.
      const terminal = stream as NodeJS.WriteStream;
      bar = new library.SingleBar(
        {
          format: '{bar} {line}',
          stream: terminal,
          hideCursor: true,
          barsize: 24,
          clearOnComplete: false,
        },
        library.Presets.shades_classic,
      );
      bar.start(steps, startStep, { line: `step ${startStep}/${steps}` });
    },
    onStep(event) {
      if (bar) bar.update(event.step, { line: progressLine(event) });
      else if (event.elapsedSeconds - lastLine >= interval || event.step === event.steps) {
        lastLine = event.elapsedSeconds;
        stream.write(`${progressLine(event)}\n`);
      }
    },
    onTrainEnd() {
      bar?.stop();
    },
  };
}

/** `step 120/2000  loss 2.413  15,360 tokens/s  3:05 left` */
export function progressLine(event: StepEvent): string {
  const parts = [`step ${event.step}/${event.steps}`, `loss ${event.loss.toFixed(3)}`];
  if (event.tokensPerSecond > 0) {
    parts.push(`${Math.round(event.tokensPerSecond).toLocaleString('en-US')} tokens/s`);
  }
  parts.push(`${formatDuration(event.remainingSeconds)} left`);
  return parts.join('  ');
}

/** `0:07`, `3:05`, `1:02:03` */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const tail = `${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
