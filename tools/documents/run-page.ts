/**
 * Runs the programs and commands of pages in one process: `tsx run-page.ts FOLDER`, which holds `work.json`. Prints one
 * line of JSON for each.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setDefaultDevice } from '@llm/nn';

/** What is to be run; paths of programs, lines of commands. */
export interface Work {
  readonly programs: readonly { readonly name: string; readonly file: string }[];
  readonly commands: readonly {
    readonly name: string;
    readonly args: string[];
    readonly piped?: string;
  }[];
}

/** How one went. */
export interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly output: string;
  readonly error?: string;
}

const limit = 120_000;
setDefaultDevice('wasm');
const folder = process.argv[2]!;
const { programs, commands } = JSON.parse(
  await readFile(join(folder, 'work.json'), 'utf8'),
) as Work;
const print = process.stdout.write.bind(process.stdout);
let output = '';
const keep = (text: unknown) => {
  output += String(text);
  return true;
};
process.stdout.write = keep as typeof process.stdout.write;
process.stderr.write = keep as typeof process.stderr.write;
console.log = (...values: unknown[]) => keep(`${values.map(String).join(' ')}\n`);
console.warn = console.log;

for (const { name, file } of programs) {
  await outcome(name, () => import(pathToFileURL(file).href));
}
for (const { name, args, piped } of commands) {
  const { runCli } = await import('../../packages/apps/src/cli/cli.ts');
  await outcome(name, async () => {
    const stop = new AbortController();
    const code = await runCli(args, {
      out: { write: keep },
      err: {
        write: (text) => {
          keep(text);
          // A server runs until it is stopped.
          if (text.startsWith('listening on')) stop.abort();
        },
      },
      piped: piped === undefined ? undefined : lines(piped),
      signal: stop.signal,
      ask: async () => undefined,
    });
    if (code !== 0) throw new Error(`exit code ${code}`);
  });
}
process.exit(0); // programs of pages do not clean up

async function outcome(name: string, body: () => Promise<unknown>): Promise<void> {
  output = '';
  const started = performance.now();
  let error: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${limit / 1000} s`)), limit);
    });
    await Promise.race([body(), late]);
  } catch (thrown) {
    error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  } finally {
    clearTimeout(timer);
  }
  const seconds = (performance.now() - started) / 1000;
  print(`${JSON.stringify({ name, seconds, output, ...(error && { error }) })}\n`);
}

async function* lines(text: string): AsyncGenerator<string> {
  yield text;
}
