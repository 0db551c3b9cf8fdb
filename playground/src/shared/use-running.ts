import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Work that a tab does one at a time. */
export interface Running {
  readonly isRunning: boolean;
  /** What ended the last run, unless it succeeded or was cancelled. */
  readonly error: unknown;
  /** Does some work; what was running is cancelled first. */
  start(work: (signal: AbortSignal) => Promise<void>): void;
  cancel(): void;
}

/** Keeps track of one piece of work, and cancels it when its component leaves the page. */
export function useRunning(): Running {
  const [isRunning, setIsRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const current = useRef<AbortController | undefined>(undefined);
  const cancel = useCallback(() => current.current?.abort(), []);
  useEffect(() => cancel, []);

  const start = useCallback((work: (signal: AbortSignal) => Promise<void>) => {
    cancel();
    const mine = new AbortController();
    current.current = mine;
    setError(undefined);
    setIsRunning(true);
    const end = (thrown?: unknown) => {
      if (current.current !== mine) return;
      current.current = undefined;
      setIsRunning(false);
      if (!mine.signal.aborted) setError(thrown);
    };
    // A work that throws before its first `await` fails like any other.
    (async () => work(mine.signal))().then(() => end(), end);
  }, []);
  return { isRunning, error, start, cancel };
}
