import { Snapshots } from '../loop/snapshots.ts';
import type { WaitingLoss } from './loss-tally.ts';
import {
  countersOf,
  type DataPosition,
  type RunParts,
  restoreCounters,
  type SavedRun,
} from './run-state.ts';
import type { TrainerState } from './state.ts';

/** Where a run of a trainer is at a snapshot, between two steps. */
export interface TrainerCounters {
  readonly step: number;
  readonly run: SavedRun;
  readonly state: TrainerState;
  /** The last step's loss, which is still computed. */
  readonly waiting: WaitingLoss | undefined;
}

/** Copies of a trainer's run on the host; `position` tells where it is in its data. */
export function runSnapshots(
  parts: RunParts,
  position: () => DataPosition,
  seconds: number | null,
): Snapshots<TrainerCounters> {
  const { model, optimizer, state, tally } = parts;
  return new Snapshots<TrainerCounters>(
    {
      variables: () => [
        ...Array.from(model.namedVariables(), ([, variable]) => variable),
        ...optimizer.variables,
      ],
      save: () => {
        const { waiting } = tally;
        const counters: TrainerCounters = {
          step: state.global_step,
          run: structuredClone(countersOf(parts, position())),
          state: copyOf(state),
          waiting,
        };
        return { counters, pending: waiting?.loss };
      },
    },
    seconds,
  );
}

/** Puts the parts of a run to where they were at a snapshot. */
export function takeUp(parts: RunParts, { run, state, waiting }: TrainerCounters): DataPosition {
  restoreCounters(parts, structuredClone(run), 'the snapshot');
  parts.tally.waiting = waiting;
  Object.assign(parts.state, copyOf(state));
  return run.position;
}

/** Entries of the log do not change, the list of them does. */
function copyOf(state: TrainerState): TrainerState {
  return { ...state, log_history: [...state.log_history] };
}
