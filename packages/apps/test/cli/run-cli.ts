import { runCli } from '../../src/cli/cli.ts';

/** What a command printed, and its exit code. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as a shell would, with `piped` as its standard input and `typed` as what a person answers. */
export async function run(
  args: readonly string[],
  { piped, typed = [] }: { piped?: string; typed?: readonly string[] } = {},
): Promise<CliResult> {
  let out = '';
  let err = '';
  const answers = [...typed];
  const code = await runCli(args, {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    piped: piped === undefined ? undefined : linesOf(piped),
    signal: new AbortController().signal,
    ask: async () => answers.shift(),
  });
  return { code, out, err };
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield text;
}
