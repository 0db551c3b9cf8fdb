import type { RawPair } from './extension-strings.ts';
import { parseStringLiteral } from './string-literal.ts';

/**
 * Collects the English messages of the TypeScript compiler: its calls
 * `diag(code, category, "key", "message")`.
 *
 * @param source - text of `typescript/lib/typescript.js`
 * @returns key → English message, in the order of the source
 */
export function collectDiagnostics(source: string): Map<string, string> {
  const call = /\bdiag\(\d+, \d (?:\/\* \w+ \*\/), (?=["'`])/g;
  const comma = /\s*,\s*/y;
  const found = new Map<string, string>();
  for (let match = call.exec(source); match; match = call.exec(source)) {
    const key = parseStringLiteral(source, call.lastIndex);
    if (!key) continue;
    comma.lastIndex = key.end;
    if (!comma.test(source)) continue;
    const message = parseStringLiteral(source, comma.lastIndex);
    if (message) found.set(key.value, message.value);
  }
  return found;
}

/**
 * Pairs the compiler's messages with a language's catalogue by their keys.
 *
 * @param folder - folder of the installed `typescript` package
 * @param language - folder below `lib`, for example `de`
 */
export async function readTypescriptMessages(folder: string, language: string): Promise<RawPair[]> {
  const { readFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const english = collectDiagnostics(await readFile(join(folder, 'lib', 'typescript.js'), 'utf8'));
  const file = join(folder, 'lib', language, 'diagnosticMessages.generated.json');
  const catalogue: Record<string, string> = JSON.parse(await readFile(file, 'utf8'));
  const pairs: RawPair[] = [];
  for (const [key, source] of english) {
    const target = catalogue[key];
    if (target !== undefined) pairs.push([source, target]);
  }
  return pairs;
}
