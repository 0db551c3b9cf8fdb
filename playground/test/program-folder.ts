/**
 * A folder for the programs that the page copies, which find their models on a local hub.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { env } from '@llm/hub';
import { setDefaultDevice } from '@llm/nn';
import ts from 'typescript';
import { afterAll, beforeAll } from 'vitest';
import { startTinyHub } from '../../tools/documents/tiny-hub.ts';
import type { HubServer } from '../../tools/testing/hub-server.ts';

/** Where programs are written. */
export interface ProgramFolder {
  /** There before the file's first test. */
  readonly path: string;
  /** Writes a program. @returns its path */
  write(name: string, program: string): Promise<string>;
  /** What the type checker of this workspace has against programs. */
  problemsOf(paths: readonly string[]): string[];
}

/** Makes the folder and starts the hub before the tests of a file, and clears both away after them. */
export function useProgramFolder(): ProgramFolder {
  let hub: HubServer;
  let folder: string;
  let cache: string;

  beforeAll(async () => {
    hub = await startTinyHub();
    // Inside the workspace, so that its packages are found.
    folder = await mkdtemp(fileURLToPath(new URL('./.programs-', import.meta.url)));
    cache = await mkdtemp(join(tmpdir(), 'playground-hub-'));
    env.remoteHost = hub.host;
    env.cacheDir = cache;
    setDefaultDevice('wasm');
  });
  afterAll(async () => {
    await hub.close();
    await rm(folder, { recursive: true, force: true });
    await rm(cache, { recursive: true, force: true });
  });

  return {
    get path() {
      return folder;
    },
    async write(name, program) {
      const path = join(folder, `${name}.ts`);
      await writeFile(path, program);
      return path;
    },
    problemsOf(paths) {
      const config = fileURLToPath(new URL('../../tsconfig.base.json', import.meta.url));
      const { config: base } = ts.readConfigFile(config, ts.sys.readFile);
      const { options } = ts.parseJsonConfigFileContent(base, ts.sys, folder);
      const checked = ts.createProgram(paths, options);
      return paths
        .flatMap((path) => {
          const file = checked.getSourceFile(path)!;
          return [
            ...checked.getSyntacticDiagnostics(file),
            ...checked.getSemanticDiagnostics(file),
          ];
        })
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  };
}
