/**
 * Texts that every checkout has, in documents of about 2 KB.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = dirname(createRequire(import.meta.url).resolve('typescript/lib/typescript.js'));
const MEGABYTE = 1_000_000;
const DOCUMENT = 2000;

/** Names of the texts. */
export type TextName = 'English' | 'Chinese' | 'code';

/** A text as documents: 2 MB of English and code, all there is of Chinese. */
export function documents(name: TextName): string[] {
  const lines = { English: english, Chinese: chinese, code }[name]();
  const documents: string[] = [];
  let document = '';
  let bytes = 0;
  for (const line of lines) {
    document += `${line}\n`;
    if (document.length < DOCUMENT) continue;
    bytes += Buffer.byteLength(document);
    documents.push(document);
    document = '';
    if (bytes > 2 * MEGABYTE) break;
  }
  return documents;
}

/** Bytes of documents in UTF-8. */
export function bytesOf(documents: readonly string[]): number {
  return documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0);
}

/** What the declarations of the DOM and the compiler say about themselves. */
function english(): string[] {
  const files = readdirSync(folder).filter((name) =>
    /^(?:lib\..*\.d|typescript)\.(?:ts|js)$/.test(name),
  );
  return files.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .map((line) => /^\s*(?:\*|\/\/) (.*)$/.exec(line)?.[1] ?? '')
      .filter((line) => line.includes(' ')),
  );
}

function chinese(): string[] {
  return ['zh-cn', 'zh-tw'].flatMap((language): string[] =>
    Object.values(
      JSON.parse(readFileSync(join(folder, language, 'diagnosticMessages.generated.json'), 'utf8')),
    ),
  );
}

function code(): string[] {
  return readFileSync(join(folder, 'typescript.js'), 'utf8').split('\n').slice(2000);
}
