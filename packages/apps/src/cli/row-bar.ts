import type { Io } from './io.ts';

/** A bar for rows of work; at a terminal only. */
interface RowBar {
  /** Sets how much is done. */
  update(done: number, total: number): void;
  /** Ends the line. */
  end(): void;
}

/** Shows on standard error how many rows are done. */
export async function rowBar(io: Io, what: string): Promise<RowBar> {
  if (!io.err.isTTY) return { update() {}, end() {} };
  const { default: library } = await import('cli-progress');
  const bar = new library.SingleBar({
    format: `${what} {bar} {value}/{total}, {eta} s left`,
    stream: io.err as NodeJS.WriteStream,
    hideCursor: true,
    barsize: 24,
  });
  bar.start(0, 0);
  return {
    update(done, total) {
      bar.setTotal(total);
      bar.update(done);
    },
    end: () => bar.stop(),
  };
}
