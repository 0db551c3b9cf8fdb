/**
 * The peers' own install, outside the workspace, made on first use.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
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

/** Loads a file of a peer that is installed already, for what it registers. */
export function requirePeer(path: string): void {
  require(path);
}

/** Version of an installed peer. */
export function peerVersion(name: string): string {
  return (readPackage(`${folder}node_modules/${name}/package.json`) as { version: string }).version;
}

function install(name: string): void {
  const { dependencies } = readPackage(`${folder}package.json`) as {
    dependencies: Record<string, string>;
  };
  const wanted = dependencies[name];
  if (wanted === undefined) {
    throw new Error(`loadPeer: ${name} is not among the dependencies of benchmarks/peers`);
  }
  if (existsSync(`${folder}node_modules/${name}/package.json`) && peerVersion(name) === wanted)
    return;
  process.stderr.write('installing the peers into benchmarks/peers (once, about 500 MB)\n');
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      // onnxruntime's own install step fetches CUDA files; the CPU library is in the package
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  } catch (error) {
    throw new Unavailable(
      'absent',
      `npm ci in benchmarks/peers failed: ${(error as Error).message}`,
    );
  }
}

function readPackage(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
