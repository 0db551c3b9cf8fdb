import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const workspace = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the runner on the fixtures whose names contain one of `filters`. */
function run(...filters: string[]) {
  const root = fileURLToPath(new URL('fixtures/run', import.meta.url));
  const args = ['--import', 'tsx', 'tools/test.ts', '--root', root, ...filters];
  // Without vitest's own variables, which would make the inner run believe it is a worker.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([k]) => !/VITEST|^TEST$/.test(k)),
  );
  const { stdout, status } = spawnSync(process.execPath, args, {
    cwd: workspace,
    env,
    encoding: 'utf8',
  });
  const lines = stdout.trimEnd().split('\n');
  return { status, last: lines.at(-1), lines };
}

test('counts passes and skips, and names the reasons of skips', () => {
  const { status, last, lines } = run('passes');
  expect(last).toBe('1 passed, 0 failed, 3 skipped');
  expect(lines.slice(-3, -1)).toEqual(['a note', 'a reason']);
  expect(status).toBe(0);
});

test('counts failing tests, modules that do not load, and errors that nobody awaits', () => {
  const { status, last } = run('fails', 'breaks', 'rejects');
  expect(last).toBe('2 passed, 3 failed');
  expect(status).toBe(1);
});

test('a run that tests nothing fails', () => {
  const { status, last } = run('no-such-file');
  expect(last).toBe('0 passed, 0 failed');
  expect(status).toBe(1);
});
