import { afterEach, expect, it, vi } from 'vitest';
import { showCompileProgress } from '../src/compile-progress.ts';

const { isTTY } = process.stderr;
afterEach(() => {
  process.stderr.isTTY = isTTY;
  vi.restoreAllMocks();
});

it('shows a line on a terminal, and takes it away at the end', () => {
  process.stderr.isTTY = true;
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  showCompileProgress({ done: 3, total: 8 });
  showCompileProgress({ done: 8, total: 8 });
  expect(write.mock.calls.map(([text]) => text)).toEqual([
    '\rwebgpu: compiling shaders, 3 of 8',
    '\r\x1b[K',
  ]);
});

it('writes nothing into files and pipes', () => {
  process.stderr.isTTY = false;
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  showCompileProgress({ done: 3, total: 8 });
  expect(write).not.toHaveBeenCalled();
});
