import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packParity } from '../parity/pack.ts';
import { commandsOf, type PageCommand, programsOf } from './blocks.ts';
import type { Outcome, Work } from './run-page.ts';
import { startTinyHub } from './tiny-hub.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Files that the pages speak of. */
const files: Readonly<Record<string, string>> = {
  'reviews.csv': `text,label\n${['film', 'food', 'city', 'tower', 'service']
    .map((thing) => `I loved the ${thing},good\nThe ${thing} was cold,bad\n`)
    .join('')}`,
  'chats.jsonl': ['film', 'food', 'city', 'tower']
    .map((thing) => {
      const asked = { role: 'user', content: `How was the ${thing}?` };
      return JSON.stringify({ messages: [asked, { role: 'assistant', content: 'Wonderful' }] });
    })
    .join('\n'),
  'test.csv': 'text,label\nI loved the soup,good\nThe film was slow,bad\n',
  'notes.txt': 'The food\n\nThe service\n',
  'lines.txt': 'Wolfgang lives in Berlin\nA tower in Paris\n',
  'docs/saving.md': 'A model is saved with save_pretrained. Python loads it.\n',
};

/**
 * Runs every program and command of pages of the project against a hub with tiny stand-ins, in an empty folder. What
 * only installs, or is run elsewhere, is looked up instead: that the package, the script or the file exists.
 *
 * @param pages paths from the root of the workspace
 * @returns how each went
 */
export async function runDocuments(pages: readonly string[]): Promise<Outcome[]> {
  const hub = await startTinyHub();
  const parity = await mkdtemp(join(tmpdir(), 'llm-parity-'));
  const outcomes: Outcome[] = [];
  try {
    await packParity(parity);
    for (const group of groupsOf(pages))
      outcomes.push(...(await runGroup(group, hub.host, parity)));
    return outcomes;
  } finally {
    await hub.close();
    await rm(parity, { recursive: true, force: true });
  }
}

/** Pages of packages have a process each: they register and dispose devices. */
function groupsOf(pages: readonly string[]): string[][] {
  const own = pages.filter((page) => page.startsWith('packages/'));
  return [pages.filter((page) => !own.includes(page)), ...own.map((page) => [page])];
}

async function runGroup(
  pages: readonly string[],
  host: string,
  parity: string,
): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-documents-'));
  // Inside the workspace, so that its packages are found.
  const programs = await mkdtemp(join(root, 'tools/documents/.programs-'));
  try {
    await mkdir(join(folder, 'docs'));
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), content);
    const work: { programs: Work['programs'][number][]; commands: Work['commands'][number][] } = {
      programs: [],
      commands: [],
    };
    const looked: Outcome[] = [];
    for (const page of pages) {
      const markdown = await readFile(join(root, page), 'utf8');
      for (const { name, code } of programsOf(page, markdown)) {
        const file = join(programs, `program-${work.programs.length}.ts`);
        await writeFile(file, `${code}\nexport {};\n`);
        work.programs.push({ name, file });
      }
      for (const command of commandsOf(page, markdown)) {
        const run = commandOf(command, parity);
        if (run) work.commands.push(run);
        else looked.push(lookUp(command));
      }
    }
    await writeFile(join(folder, 'work.json'), JSON.stringify(work));
    const isIdle = work.programs.length + work.commands.length === 0;
    return isIdle ? looked : [...looked, ...(await runAll(folder, host))];
  } finally {
    await rm(programs, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

function runAll(folder: string, host: string): Promise<Outcome[]> {
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const script = join(root, 'tools/documents/run-page.ts');
  const args = [tsx, '--conditions=@llm/source', script, folder];
  const env = { ...process.env, HF_ENDPOINT: host, HF_HUB_CACHE: join(folder, 'cache') };
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env, timeout: 420_000, maxBuffer: 1 << 26 };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const outcomes = stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Outcome);
      if (error) {
        const last = outcomes.at(-1)?.name ?? 'the first';
        reject(new Error(`the run ended after ${last}: ${error.message}\n${stderr}`));
      } else resolve(outcomes);
    });
  });
}

/** A line that runs `llm`, as arguments. */
function commandOf(
  { name, line }: PageCommand,
  parity: string,
): Work['commands'][number] | undefined {
  const [, file, rest] = /^(?:cat (\S+) \| )?npx llm (.*)$/.exec(line) ?? [];
  if (rest === undefined) return undefined;
  const args = Array.from(
    rest.replace(/\s+#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g),
    ([, quoted, plain]) => quoted ?? plain!,
  );
  if (args[0] === 'verify') args.push('llama', '--device', 'wasm', '--fixtures', parity);
  if (args[0] === 'serve') args.push('--port', '0');
  if (args[0] === 'cache' && args.length === 1) args.push('--help');
  return { name, args, ...(file !== undefined && { piped: files[file]! }) };
}

/** Commands that tests and CI run by themselves, or that need what no test may assume. */
const elsewhere = [
  /^npm ci && npm (start|test)$/,
  /^npm create vite@latest /,
  /^curl localhost:8000\/v1\//, // the server's own tests, by the official client
  /^npm start -- /,
];

/** Whether a line that is not run here names what there is. */
function lookUp({ name, line }: PageCommand): Outcome {
  const command = line.replace(/\s+#.*$/, '');
  const failed = (error: string): Outcome => ({ name, seconds: 0, output: '', error });
  const fine: Outcome = { name, seconds: 0, output: '' };
  if (elsewhere.some((pattern) => pattern.test(command))) return fine;
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, script] = /^npm run (\S+)/.exec(command) ?? [];
  const [, example] = /^npm run example (\S+)/.exec(command) ?? [];
  if (example && !existsSync(join(root, example))) return failed(`there is no ${example}`);
  if (script) return script in manifest.scripts ? fine : failed(`there is no script ${script}`);
  const [, names] = /^npm install (.*)$/.exec(command) ?? [];
  const missing = names?.split(' ').find((each) => !isPackage(each, manifest));
  if (names) return missing ? failed(`there is no package ${missing}`) : fine;
  return failed(`nothing here runs ${JSON.stringify(line)}`);
}

function isPackage(name: string, manifest: { devDependencies: Record<string, string> }): boolean {
  const own = /^@llm\/(\S+)$/.exec(name)?.[1];
  return own ? existsSync(join(root, 'packages', own)) : name in manifest.devDependencies;
}
