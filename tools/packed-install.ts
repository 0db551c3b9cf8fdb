/**
 * Installs the packages as a user does and runs the model of README.md with them: packed into tarballs, in
 * an empty folder outside the workspace, with only the dependencies they name. In Node, typechecked
 * strictly, and in headless Chromium under `vite dev` and `vite build`, cross-origin isolated and not.
 *
 *   npm run build && npm run test:packed           everything
 *   npm run test:packed -- --skip-browser          without Chromium
 *   npm run test:packed -- --keep                  leaves the folder for a look
 *   npm run test:packed -- --readme docs/x.md      the first model of another page
 *
 * @module
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { importsOf, packageOf } from './layers/imports.ts';
import { runPage, startBrowser, variants } from './packed-install/browser.ts';
import { checks } from './packed-install/checks.ts';
import { run } from './packed-install/command.ts';
import { install, packAll } from './packed-install/pack.ts';
import { checkLearning, eraseTypes, firstTypeScriptBlock } from './packed-install/readme.ts';
import { typecheck } from './packed-install/typecheck.ts';

const { values: options } = parseArgs({
  options: {
    'skip-browser': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    readme: { type: 'string', default: 'README.md' },
  },
});
const workspace = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'llm-packed-install-'));
const { check, failures } = checks();

/** Puts an index.html into a project that loads the program `name`. */
async function page(project: string, name: string): Promise<void> {
  const pages = join(workspace, 'tools/packed-install/pages');
  await cp(join(pages, 'index.html'), join(project, 'index.html'));
  await cp(join(pages, name), join(project, 'page.ts'));
}

const learned = (output: string) => {
  const { first, last } = checkLearning(output);
  return `loss ${first} → ${last}`;
};

try {
  const tarballs = await packAll(workspace, join(folder, 'tarballs'));
  const model = firstTypeScriptBlock(await readFile(resolve(workspace, options.readme), 'utf8'));
  const names = new Set(importsOf('model.ts', model).map(({ specifier }) => packageOf(specifier)));

  const project = join(folder, 'project');
  await check(`npm install ${[...names].join(' ')}`, () => install(project, [...names], tarballs));
  await writeFile(join(project, 'model.ts'), model);
  await writeFile(join(project, 'model.js'), eraseTypes(model));
  await check("Node runs README's model", async () =>
    learned(await run(process.execPath, ['model.js'], project)),
  );
  await check("README's model typechecks strictly", () => typecheck(project, ['model.ts']));

  const everything = join(folder, 'everything');
  const imports = [...tarballs.values()]
    .flatMap(({ entries }) => entries)
    .map((entry, i) => `export * as entry${i} from '${entry}';\n`)
    .join('');
  await check('npm install of all packages', () =>
    install(everything, [...tarballs.keys()], tarballs),
  );
  await writeFile(join(everything, 'index.ts'), imports);
  await writeFile(join(everything, 'index.js'), imports);
  await check('Node imports every entry of every package', () =>
    run(process.execPath, ['index.js'], everything),
  );
  await check('the types of every entry check strictly', () => typecheck(everything, ['index.ts']));

  if (!options['skip-browser']) {
    await page(project, 'model-page.ts');
    const browser = await startBrowser();
    for (const variant of variants) {
      const isolation = variant.isolated ? 'cross-origin isolated' : 'not cross-origin isolated';
      await check(`Chromium, vite ${variant.mode}, ${isolation}`, async () =>
        learned(await runPage(browser, project, variant)),
      );
    }
    await page(everything, 'device-page.ts');
    await check('Chromium has a WebGPU device', () =>
      runPage(browser, everything, { mode: 'build', isolated: false }),
    );
    await browser.close();
  }
} finally {
  if (options.keep) console.log(`kept: ${folder}`);
  else await rm(folder, { recursive: true });
}
process.exitCode = failures() === 0 ? 0 : 1;
