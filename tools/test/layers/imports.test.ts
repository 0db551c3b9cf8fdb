import { expect, test } from 'vitest';
import { importsOf, packageOf } from '../../layers/imports.ts';

test('finds every form of import, with its line and kind', () => {
  const source = [
    `import { a } from './a.ts';`,
    `import type { B } from './b.ts';`,
    `import { type C } from './c.ts';`,
    `import './d.ts';`,
    `export * from './e.ts';`,
    `export type { F } from './f.ts';`,
    `const g = await import('./g.ts');`,
    `let h: import('./h.ts').H;`,
    `// import './comment.ts'`,
    `const text = "import './text.ts'";`,
  ].join('\n');
  expect(importsOf('x.ts', source).map((i) => [i.specifier, i.kind, i.line])).toEqual([
    ['./a.ts', 'static', 1],
    ['./b.ts', 'type', 2],
    ['./c.ts', 'static', 3],
    ['./d.ts', 'static', 4],
    ['./e.ts', 'static', 5],
    ['./f.ts', 'type', 6],
    ['./g.ts', 'dynamic', 7],
    ['./h.ts', 'type', 8],
  ]);
});

test.each([
  ['@llm/tensor', '@llm/tensor'],
  ['@llm/tensor/reference', '@llm/tensor'],
  ['webgpu', 'webgpu'],
  ['tfjs/dist/x.js', 'tfjs'],
])('%s belongs to the package %s', (specifier, name) => {
  expect(packageOf(specifier)).toBe(name);
});
