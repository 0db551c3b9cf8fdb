import type { DownloadProgress, ProgressListener } from '@llm/hub';
import type { SingleBar } from 'cli-progress';
import type { Io } from './io.ts';

/** A bar for what is downloaded; at a terminal only. */
interface DownloadBar {
  readonly listener: ProgressListener;
  /** Ends the line. */
  end(): void;
}

/** Shows downloads on standard error. Files that are in the cache show nothing. */
export async function downloadBar(io: Io): Promise<DownloadBar> {
  const { default: library } = await import('cli-progress');
  let bar: SingleBar | undefined;
  const listener = ({ status, name, overall }: DownloadProgress) => {
    if (!io.err.isTTY || status === 'done') return;
    if (!bar && overall.loaded < overall.total) {
      bar = new library.SingleBar({
        format: `${name} {bar} {percentage} % of {size} MB, {eta} s left`,
        stream: io.err as NodeJS.WriteStream,
        hideCursor: true,
        barsize: 24,
      });
      bar.start(overall.total, overall.loaded, { size: '' });
    }
    bar?.setTotal(overall.total);
    bar?.update(overall.loaded, { size: (overall.total / 1e6).toFixed(1) });
  };
  return { listener, end: () => bar?.stop() };
}
