/**
 * Typechecks programs against installed packages, as strictly as TypeScript can.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run } from './command.ts';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** How a project may resolve modules: Node's rules, and those of bundlers. */
const settings = [
  { module: 'NodeNext', moduleResolution: 'NodeNext' },
  { module: 'ESNext', moduleResolution: 'Bundler' },
];

/**
 * Checks `files` of `folder` under both ways of resolving modules. Declaration files are checked too, and no
 * `@types` are there to help them: what they need must be in them.
 *
 * @throws Error with TypeScript's messages.
 */
export async function typecheck(folder: string, files: readonly string[]): Promise<void> {
  for (const setting of settings) {
    const project = {
      compilerOptions: {
        ...setting,
        target: 'ES2022',
        lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
        types: [],
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        verbatimModuleSyntax: true,
        skipLibCheck: false,
        noEmit: true,
      },
      files,
    };
    const path = join(folder, `tsconfig.${setting.module}.json`);
    await writeFile(path, JSON.stringify(project, null, 2));
    await run(process.execPath, [tsc, '--project', path], folder);
  }
}
