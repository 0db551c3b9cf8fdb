#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';

const stop = new AbortController();
// npx and the terminal both tell of one Ctrl-C; another one, later, ends the process as usual.
process.on('SIGINT', function interrupt() {
  if (stop.signal.aborted) return;
  stop.abort(new Error('stopped'));
  setTimeout(() => process.off('SIGINT', interrupt), 500).unref();
});

const io: Io = {
  out: process.stdout,
  err: process.stderr,
  piped: process.stdin.isTTY ? undefined : process.stdin,
  signal: stop.signal,
  ask,
};

/** One reader for the whole conversation: what is piped in has many lines. */
let lines: AsyncIterator<string> | undefined;
async function ask(prompt: string): Promise<string | undefined> {
  lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  if (process.stdin.isTTY) process.stderr.write(prompt);
  const { value, done } = await lines.next();
  return done ? undefined : value;
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), io);
process.stdin.unref?.();
