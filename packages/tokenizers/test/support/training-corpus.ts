import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Bytes of the corpus, about. */
const BYTES = 5_000_000;
/** Lines of code that stand between two messages. */
const CODE_PER_MESSAGE = 2;

/**
 * 5 MB that every checkout has: the messages of the TypeScript compiler in thirteen languages between
 * lines of its source. The fixture of the trainers holds what the Rust library learns from it.
 */
export function trainingCorpus(): string[] {
  const folder = dirname(createRequire(import.meta.url).resolve('typescript/lib/typescript.js'));
  const messages = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((name): string[] =>
      Object.values(
        JSON.parse(readFileSync(join(folder, name, 'diagnosticMessages.generated.json'), 'utf8')),
      ),
    );
  const code = readFileSync(join(folder, 'typescript.js'), 'utf8').split('\n').slice(1000);
  const texts: string[] = [];
  let bytes = 0;
  for (let index = 0; bytes < BYTES; index += 1) {
    const lines = [
      messages[index % messages.length]!,
      ...code.slice(CODE_PER_MESSAGE * index, CODE_PER_MESSAGE * (index + 1)),
    ];
    for (const line of lines) bytes += Buffer.byteLength(line);
    texts.push(...lines);
  }
  return texts;
}
