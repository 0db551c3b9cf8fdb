import { HubError, MissingFileError } from '@llm/hub';
import { CommanderError } from 'commander';
import { WrongInputError } from '../pipelines/index.ts';
import type { Io } from './io.ts';

/** A mistake in what was typed; shown without a stack trace, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit codes: 0 done, 1 failed, 2 a mistake in what was typed, 130 stopped. */
const exitCodes = { done: 0, failed: 1, usage: 2, stopped: 130 } as const;

/** Tells a person what went wrong, and gives the exit code. */
export function report(io: Io, error: unknown): number {
  if (error instanceof CommanderError) {
    // Its message was written already; help and version are no failures.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  if (io.signal.aborted) {
    io.err.write('stopped\n');
    return exitCodes.stopped;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  io.err.write(`error: ${process.env.LLM_DEBUG ? stack : message}\n`);
  const isMistake =
    error instanceof UsageError || error instanceof WrongInputError || error instanceof TypeError;
  if (isMistake) io.err.write("See 'llm --help'.\n");
  else if (!(error instanceof HubError || error instanceof MissingFileError)) {
    io.err.write('Set LLM_DEBUG=1 to see where it happened.\n');
  }
  return isMistake ? exitCodes.usage : exitCodes.failed;
}
