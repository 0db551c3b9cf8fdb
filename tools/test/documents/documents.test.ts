import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { commandsOf, programsOf } from '../../documents/blocks.ts';
import { runDocuments } from '../../documents/run-documents.ts';

const root = new URL('../../../', import.meta.url);
const list = (folder: string) => readdirSync(fileURLToPath(new URL(folder, root)));
const pages = [
  'README.md',
  ...list('docs/guides').map((name) => `docs/guides/${name}`),
  ...list('packages').map((name) => `packages/${name}/README.md`),
];

it('every program and every command of the pages does what it says', async () => {
  const outcomes = await runDocuments(pages);
  expect(outcomes.length).toBeGreaterThan(50);
  const failed = outcomes.filter(({ error }) => error);
  expect(failed.map(({ name, error, output }) => `${name}: ${error}\n${output}`)).toEqual([]);
}, 480_000);

it('a block that imports nothing goes on from the one before it', () => {
  const page = [
    'text',
    '```ts',
    "import { a } from 'a';",
    'const b = 1;',
    '```',
    '<!-- given: const c = 2; -->',
    '```ts',
    'console.log(b, c);',
    '```',
    '```ts',
    "import { d } from 'd';",
    '```',
    '```sh',
    '# a comment',
    'npm install x',
    '```',
    '',
  ].join('\n');
  expect(programsOf('x.md', page)).toEqual([
    {
      name: 'x.md:2',
      code: "\nimport { a } from 'a';\nconst b = 1;\n{const c = 2;\nconsole.log(b, c);\n}\n",
    },
    { name: 'x.md:10', code: "\nimport { d } from 'd';\n" },
  ]);
  expect(commandsOf('x.md', page)).toEqual([{ name: 'x.md:15', line: 'npm install x' }]);
});
