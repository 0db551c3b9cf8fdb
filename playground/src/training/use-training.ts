import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Engine } from '../worker/engine.ts';
import type { TrainInput } from './operations.ts';
import { openRun, type StoredRun } from './stored-run.ts';
import type { Sample, TrainingEvent, TrainingOutcome } from './training-run.ts';

/** What a training does at the moment. */
export type Phase = 'idle' | 'preparing' | 'training' | 'stopping' | 'saving';

/** How far a training is. */
export interface Progress {
  /** Loss of each step so far. */
  readonly losses: readonly number[];
  /** Steps of the whole training. */
  readonly steps: number;
  readonly parameters: number;
  readonly pairs: number;
  readonly tokensPerSecond: number;
  readonly remainingSeconds: number;
  readonly samples: readonly Sample[];
  /** Step after which the samples were translated. */
  readonly sampleStep: number;
  /** Whether they are kept out of the training. */
  readonly areHeldOut: boolean;
}

/** The training of the page, as its tab shows and steers it. */
export interface Training {
  readonly phase: Phase;
  readonly progress: Progress | undefined;
  readonly outcome: TrainingOutcome | undefined;
  /** A training of an earlier visit, or a paused one, that can be gone on with. */
  readonly stored: StoredRun | undefined;
  readonly error: unknown;
  /** Begins a training, or goes on with the stored one. */
  start(input: TrainInput): void;
  /** Ends the training after its step: `pause` stores its state, `finish` saves the model as it is. */
  stop(how: 'pause' | 'finish'): void;
  /** Forgets the stored training. */
  discard(): void;
  /** Shows an error of the form. */
  fail(error: unknown): void;
}

const nothingYet: Progress = {
  losses: [],
  steps: 0,
  parameters: 0,
  pairs: 0,
  tokensPerSecond: 0,
  remainingSeconds: Number.NaN,
  samples: [],
  sampleStep: 0,
  areHeldOut: true,
};

/** Settles when no training runs: one that is paused stores its state before. */
let ended: Promise<unknown> = Promise.resolve();

/** Keeps track of the training in the worker; when its component leaves the page the training is paused. */
export function useTraining(engine: Engine): Training {
  const [phase, setPhase] = useState<Phase>('idle');
  const [progress, setProgress] = useState<Progress>();
  const [outcome, setOutcome] = useState<TrainingOutcome>();
  const [stored, setStored] = useState<StoredRun>();
  const [error, setError] = useState<unknown>();
  const isRunning = useRef(false);

  useEffect(() => {
    // Read here, not in the worker: a page that is only looked at starts none.
    ended.then(openRun).then(setStored, setError);
    return () => {
      if (isRunning.current) engine.call('training/pause', null).catch(() => {});
    };
  }, []);

  const onEvent = useCallback((event: TrainingEvent) => {
    if (event.kind === 'preparing' || event.kind === 'saving') setPhase(event.kind);
    else if (event.kind === 'begin') setPhase('training');
    setProgress((before) => after(before ?? nothingYet, event));
  }, []);

  const start = useCallback(async (input: TrainInput) => {
    if (isRunning.current) return;
    isRunning.current = true;
    setError(undefined);
    setOutcome(undefined);
    setPhase('preparing');
    if (input.begin) setProgress(undefined);
    try {
      const call = engine.call('training/train', input, { onEvent });
      ended = call.catch(() => {});
      setOutcome(await call);
    } catch (thrown) {
      setError(thrown);
    } finally {
      isRunning.current = false;
      setPhase('idle');
      openRun().then(setStored, () => setStored(undefined));
    }
  }, []);
  const stop = useCallback((how: 'pause' | 'finish') => {
    setPhase('stopping');
    engine.call(`training/${how}`, null).catch(setError);
  }, []);
  const discard = useCallback(() => {
    setStored(undefined);
    setProgress(undefined);
    engine.call('training/discard', null).catch(setError);
  }, []);
  return { phase, progress, outcome, stored, error, start, stop, discard, fail: setError };
}

function after(before: Progress, event: TrainingEvent): Progress {
  switch (event.kind) {
    case 'begin': {
      const { losses, steps, parameters, pairs } = event;
      return { ...before, losses, steps, parameters, pairs };
    }
    case 'progress': {
      const { tokensPerSecond, remainingSeconds } = event;
      const losses = [...before.losses, ...event.losses];
      return { ...before, losses, tokensPerSecond, remainingSeconds };
    }
    case 'samples': {
      const { samples, step, areHeldOut } = event;
      return { ...before, samples, sampleStep: step, areHeldOut };
    }
    default:
      return before;
  }
}
