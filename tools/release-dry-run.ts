/**
 * Proves a release before there is one: a copy of the workspace gets its versions and changelogs from the changesets,
 * is built and published to a registry on this machine, and installed from there into an empty project, which runs
 * the model of README.md in Node and in Chromium, and the command line.
 *
 *   npm run release:dry                     everything, about three minutes
 *   npm run release:dry -- --skip-browser   without Chromium
 *   npm run release:dry -- --keep           leaves the folder for a look
 *
 * @module
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runPage, startBrowser } from './packed-install/browser.ts';
import { checks } from './packed-install/checks.ts';
import { run } from './packed-install/command.ts';
import { checkLearning, eraseTypes, firstTypeScriptBlock } from './packed-install/readme.ts';
import { copyWorkspace, packagesOf, redirectTo } from './release/copy-workspace.ts';
import { startRegistry } from './release/registry.ts';

const { values: options } = parseArgs({
  options: {
    'skip-browser': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const workspace = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'llm-release-'));
const copy = join(folder, 'workspace');
const project = join(folder, 'project');
const { check, failures } = checks({ stopAtFailure: true });
const registry = await startRegistry(join(folder, 'registry'));

try {
  const before = await packagesOf(workspace);
  await check('copy of the workspace', () => copyWorkspace(workspace, copy));
  await check('npm ci', () =>
    run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], copy),
  );
  await check('npm run version: versions and changelogs', async () => {
    await run('npm', ['run', 'version'], copy);
    const after = await packagesOf(copy);
    const changed = after.filter(({ version }, i) => version !== before[i]!.version);
    for (const each of changed) {
      const log = await readFile(join(each.folder, 'CHANGELOG.md'), 'utf8');
      if (!log.includes(`## ${each.version}`)) {
        throw new Error(`${each.name}: CHANGELOG.md has no ${each.version}`);
      }
    }
    return changed.map(({ name, version }) => `${name}@${version}`).join(', ');
  });
  await redirectTo(registry.url, copy);
  await writeFile(join(copy, '.npmrc'), `${await npmrcOf(copy)}${registry.npmrc}`);
  await check('npm run release: build, publint, publish', async () => {
    await run('npm', ['run', 'release'], copy);
    const tags = (await run('git', ['tag'], copy)).trim().split('\n');
    const missing = (await packagesOf(copy)).filter(
      ({ name, version }) => !tags.includes(`${name}@${version}`),
    );
    if (missing.length > 0) throw new Error(`no tag for ${missing.map(({ name }) => name)}`);
    return `${tags.length} tags`;
  });

  const published = await packagesOf(copy);
  await mkdir(project);
  await writeFile(join(project, '.npmrc'), registry.npmrc);
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  await check('npm install from the registry', async () => {
    const names = published.map(({ name }) => name);
    await run('npm', ['install', '--no-audit', '--no-fund', ...names], project);
    for (const { name, version } of published) {
      const path = join(project, 'node_modules', name, 'package.json');
      const found = JSON.parse(await readFile(path, 'utf8')).version;
      if (found !== version) throw new Error(`${name}: published ${version}, installed ${found}`);
    }
  });
  const model = firstTypeScriptBlock(await readFile(join(workspace, 'README.md'), 'utf8'));
  await writeFile(join(project, 'model.ts'), model);
  await writeFile(join(project, 'model.js'), eraseTypes(model));
  await check("Node runs README's model", async () => {
    const { first, last } = checkLearning(await run(process.execPath, ['model.js'], project));
    return `loss ${first} → ${last}`;
  });
  await check('npx llm', async () => {
    const version = (await run('npx', ['--no-install', 'llm', '--version'], project)).trim();
    const own = published.find(({ name }) => name === '@llm/apps')!.version;
    if (version !== own) throw new Error(`llm --version says ${version}, published is ${own}`);
    const checked = await run(
      'npx',
      ['--no-install', 'llm', 'verify', '--device', 'wasm'],
      project,
    );
    return `${checked.trim().split('\n').length} families agree with transformers`;
  });
  if (!options['skip-browser']) {
    const pages = join(workspace, 'tools/packed-install/pages');
    await cp(join(pages, 'index.html'), join(project, 'index.html'));
    await cp(join(pages, 'model-page.ts'), join(project, 'page.ts'));
    await check('Chromium, vite build', async () => {
      const browser = await startBrowser();
      const log = await runPage(browser, project, { mode: 'build', isolated: true });
      await browser.close();
      const { first, last } = checkLearning(log);
      return `loss ${first} → ${last}`;
    });
  }
} finally {
  await registry.stop();
  if (options.keep) console.log(`kept: ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}
process.exitCode = failures() === 0 ? 0 : 1;

async function npmrcOf(place: string): Promise<string> {
  return readFile(join(place, '.npmrc'), 'utf8').catch(() => '');
}
