/**
 * The peers' own install, outside the workspace, made on first use.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Unavailable } from '../harness/case.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);

/**
 * Loads a peer's CommonJS build from `benchmarks/peers/node_modules`, installing all peers first where
 * they are missing or of another version. TypeScript sees only the part that the caller declares in `Module`,
 * so that the workspace typechecks without the peers.
 *
 * @throws Unavailable when the install fails (no network).
 */
export function loadPeer<Module>(name: string): Module {
  install(name);
  return require(name) as Module;
}

/**
 * Loads a peer that is an ES module and has its program in packages by platform. It is installed apart from the
 * others, by version rather than by lock file: its optional packages for other platforms and graphics cards (600 MB)
 * would have to be in that file.
 *
 * @param entry the peer's file to import
 * @param program the package for this platform, of the same version
 * @throws Unavailable when the install fails: no network, or no such package
 */
export async function importPeer<Module>(
  name: string,
  version: string,
  entry: string,
  program: string,
): Promise<Module> {
  const names = [name, program];
  if (names.some((one) => !existsSync(manifestOf(one)) || peerVersion(one) !== version)) {
    npm('install', '--no-save', '--omit=optional', ...names.map((one) => `${one}@${version}`));
  }
  return (await import(pathToFileURL(`${folder}node_modules/${name}/${entry}`).href)) as Module;
}

/** Loads a file of a peer that is installed already, for what it registers. */
export function requirePeer(path: string): void {
  require(path);
}

/** Version of an installed peer. */
export function peerVersion(name: string): string {
  return (readPackage(manifestOf(name)) as { version: string }).version;
}

function install(name: string): void {
  const { dependencies } = readPackage(`${folder}package.json`) as {
    dependencies: Record<string, string>;
  };
  const wanted = dependencies[name];
  if (wanted === undefined) {
    throw new Error(`loadPeer: ${name} is not among the dependencies of benchmarks/peers`);
  }
  if (existsSync(manifestOf(name)) && peerVersion(name) === wanted) return;
  process.stderr.write('installing the peers into benchmarks/peers (once, about 500 MB)\n');
  npm('ci');
}

/** Runs npm for the peers, without install scripts. */
function npm(...command: readonly string[]): void {
  try {
    execFileSync('npm', [...command, '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      // onnxruntime's own install step fetches CUDA files; the CPU library is in the package
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  } catch (error) {
    throw new Unavailable(
      'absent',
      `npm ${command.join(' ')} in benchmarks/peers failed: ${(error as Error).message}`,
    );
  }
}

const manifestOf = (name: string) => `${folder}node_modules/${name}/package.json`;

function readPackage(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
