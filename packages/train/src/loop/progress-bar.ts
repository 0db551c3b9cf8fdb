import type { SingleBar } from 'cli-progress';
import type { StepEvent, TrainingCallback } from './callback.ts';

/** Options of `progressBar`. */
export interface ProgressBarOptions {
  /** Where the bar is drawn. Default: standard error. */
  readonly stream?: NodeJS.WriteStream;
  /** Where the stream is no terminal: seconds between plain lines. Default 10. */
  readonly interval?: number;
}

/** A live line with step, loss, tokens per second and time left; plain lines where there is no terminal (Node). */
export function progressBar(options: ProgressBarOptions = {}): TrainingCallback {
  const { stream = process.stderr, interval = 10 } = options;
  let bar: SingleBar | undefined;
  let lastLine = Number.NEGATIVE_INFINITY;
  return {
    async onTrainBegin({ startStep, steps }) {
      if (!stream.isTTY) return;
      const { default: library } = await import('cli-progress');
      bar = new library.SingleBar(
        { format: '{bar} {line}', stream, hideCursor: true, barsize: 24, clearOnComplete: false },
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
