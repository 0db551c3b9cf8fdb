/**
 * Runs commands.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a program and returns what it printed to stdout.
 *
 * @throws Error with the command and all it printed, if it fails or takes longer than 5 minutes.
 */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { cwd, timeout: 300_000, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as Partial<Record<'stdout' | 'stderr', string>> & Error;
    throw new Error(
      [`${command} ${args.join(' ')} failed in ${cwd}`, stdout, stderr || message].join('\n'),
    );
  }
}
