/**
 * Checks the packages of a workspace against the layers.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { cyclesOf } from './cycles.ts';
import { type Import, importsOf, packageOf } from './imports.ts';
import { layers, longestFile, mutuallyRecursive } from './rules.ts';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Everything that is wrong in `root/packages/*`, one line each, ready to print; empty if nothing is. */
export function checkWorkspace(root: string): string[] {
  const packages = join(root, 'packages');
  return readdirSync(packages)
    .filter((name) => existsSync(join(packages, name, 'package.json')))
    .flatMap((name) => checkPackage(root, join(packages, name)));
}

function checkPackage(root: string, folder: string): string[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const where = relative(root, join(folder, 'package.json'));
  if (!layers[manifest.name]) {
    return [`${where}: ${manifest.name} has no layer; add it to tools/layers/rules.ts`];
  }
  const problems: string[] = [];
  const used = new Set<string>();
  const graph = new Map<string, string[]>();
  for (const path of sourceFiles(join(folder, 'src'))) {
    const name = relative(root, path);
    const source = readFileSync(path, 'utf8');
    const lines = source.split('\n').length - 1;
    if (lines > longestFile)
      problems.push(`${name}: ${lines} lines; split it below ${longestFile}`);

    const neighbours: string[] = [];
    for (const found of importsOf(path, source)) {
      const at = `${name}:${found.line}`;
      if (found.specifier.startsWith('.')) {
        const target = join(dirname(path), found.specifier);
        if (relative(folder, target).startsWith('..')) {
          problems.push(`${at}: ${found.specifier} leaves the package; import it by its name`);
        }
        // A type import is erased and an import() runs later: neither can see a half-loaded module.
        if (found.kind === 'static') neighbours.push(relative(root, target));
      } else if (!isBuiltin(found.specifier)) {
        used.add(packageOf(found.specifier));
        const problem = checkImport(manifest, found);
        if (problem) problems.push(`${at}: ${problem}`);
      }
    }
    graph.set(name, neighbours);
  }
  for (const cycle of cyclesOf(graph)) {
    const allowed = mutuallyRecursive.some((part) => cycle.every((file) => file.startsWith(part)));
    if (!allowed) problems.push(`import cycle: ${cycle.join(' → ')}`);
  }
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (!used.has(name)) problems.push(`${where}: nothing in src imports ${name}; remove it`);
  }
  return problems;
}

/** What is wrong with an import of another package, if anything. */
function checkImport(manifest: Manifest, { specifier, kind }: Import): string | undefined {
  const target = packageOf(specifier);
  if (target === manifest.name) return `${manifest.name} imports itself; use a relative path`;
  if (target.startsWith('@llm/')) {
    const allowed = layers[manifest.name] ?? {};
    const access = allowed[target];
    if (!access) {
      const names = Object.keys(allowed).join(', ') || 'no other package';
      return `${manifest.name} may not import ${target}: imports point downwards, to ${names}`;
    }
    if (access === 'dynamic' && kind === 'static') {
      return `${manifest.name} may load ${target} only by import(), not with its own code`;
    }
  }
  if (manifest.dependencies?.[target] || manifest.peerDependencies?.[target]) return undefined;
  return `${target} is not in the dependencies of ${manifest.name}; add it to its package.json`;
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .sort();
}
