import { findPackage, type InstalledPackage } from './find-package.ts';
import { parseConcatenation, parseStringLiteral } from './string-literal.ts';

/** English strings by the index their `localize` calls name. */
type IndexedStrings = Map<number, string>;

/**
 * Collects the messages of all calls `localize(index, "…")` and `localize2(index, "…")` in one
 * JavaScript file. Calls whose message is not a literal are left out.
 *
 * @param source - JavaScript source text
 * @param into - receives index → message; the first message seen for an index stays
 */
export function collectLocalizeCalls(source: string, into: IndexedStrings): void {
  const call = /\blocalize2?\(\s*(\d+)\s*,\s*(?=["'`])/g;
  for (let match = call.exec(source); match; match = call.exec(source)) {
    const index = Number(match[1]);
    const message = parseConcatenation(source, call.lastIndex);
    if (!message) continue;
    if (!into.has(index)) into.set(index, message.value);
    call.lastIndex = message.end;
  }
}

/**
 * Reads the English strings of the editor: those of the package itself and of the parts it depends
 * on. Other installed parts are not looked at, so the corpus is the same on every machine.
 *
 * @param english - the package with the English strings
 */
export async function readEnglishStrings(english: InstalledPackage): Promise<IndexedStrings> {
  const scope = '@codingame/';
  const parts = english.dependencies.filter((name) => name.startsWith(scope)).sort();
  const found: IndexedStrings = new Map();
  await collectFolder(english.folder, found);
  for (const part of parts) {
    await collectFolder((await findPackage(part, part, [english.folder])).folder, found);
  }
  return found;
}

async function collectFolder(folder: string, into: IndexedStrings): Promise<void> {
  const { readFile, readdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((name) => name.endsWith('.js')).sort()) {
    const source = await readFile(join(folder, name), 'utf8');
    if (source.includes('localize')) collectLocalizeCalls(source, into);
  }
}

/**
 * Reads the array literal of a pack's `main.i18n.json.js`: strings and `undefined`, nothing else.
 *
 * @param source - JavaScript source text, `var content = [ … ];`
 * @returns one entry per index; `undefined` where a string has no translation
 * @throws Error where anything else stands in the array
 */
export function parseTranslationArray(source: string): (string | undefined)[] {
  const open = source.indexOf('[');
  const entries: (string | undefined)[] = [];
  const separator = /[\s,]*/y;
  separator.lastIndex = open + 1;
  while (open >= 0) {
    separator.test(source);
    const at = separator.lastIndex;
    if (source[at] === ']') return entries;
    const literal = parseStringLiteral(source, at);
    if (!literal && !source.startsWith('undefined', at)) break;
    entries.push(literal?.value);
    separator.lastIndex = literal?.end ?? at + 'undefined'.length;
  }
  throw new Error(
    `corpus: the language pack's array holds something other than strings at entry ${entries.length}; this program reads version-matched packs of @codingame/monaco-vscode-language-pack-*`,
  );
}
