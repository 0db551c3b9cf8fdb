import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkWorkspace } from '../../layers/check.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** Checks a workspace of one package with these files under `src`. */
function check(name: string, files: Record<string, string>, manifest: object = {}): string[] {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  roots.push(root);
  const folder = join(root, 'packages', name);
  const all = {
    'package.json': JSON.stringify({ name: `@llm/${name}`, ...manifest }),
    ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`src/${file}`, text])),
  };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return checkWorkspace(root);
}
const depends = (...names: string[]) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '^0.1.0'])),
});

test('imports that point downwards pass', () => {
  const files = {
    'index.ts': `import '@llm/tensor';\nimport 'node:fs';\nexport * from './load.ts';\n`,
    'load.ts': `export const load = () => import('@llm/kernels-webgpu');\n`,
  };
  expect(check('nn', files, depends('@llm/tensor', '@llm/kernels-webgpu'))).toEqual([]);
});

test.each([
  ['upwards', 'tensor', `import '@llm/nn';`, '@llm/nn', 'may not import @llm/nn'],
  [
    'sideways, even as a type',
    'hub',
    `import type {} from '@llm/nn';`,
    '@llm/nn',
    'may not import',
  ],
  ['statically', 'nn', `import '@llm/kernels-webgpu';`, '@llm/kernels-webgpu', 'only by import()'],
])('an import that points %s is named with its line', (_, name, source, target, message) => {
  const problems = check(name, { 'index.ts': `\n${source}` }, depends(target));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('src/index.ts:2: ');
  expect(problems[0]).toContain(message);
});

test('package.json lists what is imported and nothing else', () => {
  expect(check('hub', { 'index.ts': `import 'left-pad';` })).toEqual([
    'packages/hub/src/index.ts:1: left-pad is not in the dependencies of @llm/hub; add it to its package.json',
  ]);
  expect(check('hub', { 'index.ts': '' }, depends('left-pad'))).toEqual([
    'packages/hub/package.json: nothing in src imports left-pad; remove it',
  ]);
});

test('cycles count only where modules would see each other half loaded', () => {
  const cycle = { 'a.ts': `import './b.ts';`, 'b.ts': `export * from './a.ts';` };
  expect(check('hub', cycle)).toEqual([
    'import cycle: packages/hub/src/a.ts → packages/hub/src/b.ts → packages/hub/src/a.ts',
  ]);
  expect(check('hub', { ...cycle, 'a.ts': `import type {} from './b.ts';` })).toEqual([]);
  const ops = { 'ops/a.ts': `import './b.ts';`, 'ops/b.ts': `import './a.ts';` };
  expect(check('tensor', ops)).toEqual([]);
});

test('long files, foreign files and unknown packages are named', () => {
  expect(check('hub', { 'long.ts': '//\n'.repeat(401) })).toEqual([
    'packages/hub/src/long.ts: 401 lines; split it below 400',
  ]);
  expect(check('hub', { 'index.ts': `import '../../nn/src/x.ts';` })[0]).toContain(
    'leaves the package',
  );
  expect(check('new', {})[0]).toContain('@llm/new has no layer');
});
