import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A registry that runs. */
export interface Registry {
  readonly url: string;
  /** Lines of an .npmrc that sends `@llm` there, and nothing else. */
  readonly npmrc: string;
  stop(): Promise<void>;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * Starts Verdaccio, installed on first use, with an empty storage in `folder`. It knows what is published there only:
 * everything else comes from where npm takes it.
 */
export async function startRegistry(folder: string): Promise<Registry> {
  const program = join(here, 'node_modules/verdaccio/bin/verdaccio');
  if (!existsSync(program)) {
    execFileSync('npm', ['ci', '--workspaces=false', '--no-audit', '--no-fund'], { cwd: here });
  }
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'config.yaml'); // JSON is YAML
  await writeFile(
    config,
    JSON.stringify({
      storage: join(folder, 'storage'),
      auth: { htpasswd: { file: join(folder, 'users') } },
      packages: { '**': { access: '$all', publish: '$anonymous' } },
      log: { type: 'file', path: join(folder, 'log'), format: 'json', level: 'warn' },
      max_body_size: '50mb',
    }),
  );
  const port = await freePort();
  const process_ = spawn(process.execPath, [program, '--config', config, '--listen', `${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://localhost:${port}/`;
  await untilReady(`${url}-/ping`, process_);
  return {
    url,
    npmrc: `@llm:registry=${url}\n//localhost:${port}/:_authToken=dry-run\n`,
    stop: () =>
      new Promise((resolve) => {
        process_.once('exit', () => resolve());
        process_.kill();
      }),
  };
}

async function untilReady(url: string, process_: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (process_.exitCode !== null) throw new Error(`verdaccio ended with ${process_.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  process_.kill();
  throw new Error('verdaccio did not answer within 30 s');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
