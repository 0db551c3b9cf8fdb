import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setDefaultDevice } from '@llm/nn';
import { afterAll, expect, it, vi } from 'vitest';

interface Cell {
  readonly cell_type: 'code' | 'markdown';
  readonly source: readonly string[];
  readonly outputs?: readonly { readonly text: readonly string[] }[];
}

setDefaultDevice('wasm');
const program = new URL('./cells.generated.ts', import.meta.url);
afterAll(() => rmSync(fileURLToPath(program), { force: true }));

it('the cells run one after the other, each printing as many lines as are stored', async () => {
  const path = new URL('../inside-an-encoder.ipynb', import.meta.url);
  const { cells } = JSON.parse(readFileSync(path, 'utf8')) as { cells: Cell[] };
  const code = cells.filter(({ cell_type }) => cell_type === 'code');
  const mark = '----';
  const text = code.map(({ source }) => `${source.join('')}\nconsole.log('${mark}');\n`).join('');
  writeFileSync(fileURLToPath(program), text);
  const tiny = new URL('../../../packages/apps/test/fixtures/pipelines/plain', import.meta.url);
  vi.stubEnv('MODEL', fileURLToPath(tiny));
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => {
    lines.push(parts.join(' '));
  });
  await import(program.href);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  const printed = `${lines.join('\n')}\n`.split(`${mark}\n`).slice(0, -1);
  expect(printed).toHaveLength(code.length);
  // A tiny model has other numbers, and a tiny vocabulary cuts words into more pieces.
  for (const [i, { outputs }] of code.entries()) {
    const stored = outputs!.flatMap(({ text }) => text).length;
    expect(printed[i]!.trimEnd().split('\n').length).toBeGreaterThanOrEqual(stored);
    expect(printed[i]).not.toMatch(/NaN|undefined/);
  }
});
