import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { HARD_TEXTS, wordyText } from './texts.ts';

/** Lines of the full corpus. */
const FULL = 100_000;

/**
 * Real text that every checkout has, mixed: the messages of the TypeScript compiler in thirteen
 * languages (five scripts), its source code, long paragraphs, words that do not end, and random
 * strings of letters, marks, emoji sequences, control characters and lone surrogates.
 *
 * @param count - How many lines, spread evenly over all kinds.
 */
export function mixedLines(count: number): string[] {
  const folder = dirname(createRequire(import.meta.url).resolve('typescript/lib/typescript.js'));
  const messages = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry): string[] =>
      Object.values(
        JSON.parse(
          readFileSync(join(folder, entry.name, 'diagnosticMessages.generated.json'), 'utf8'),
        ),
      ),
    );
  const code = readFileSync(join(folder, 'typescript.js'), 'utf8').split('\n').slice(1000, 60_000);
  const paragraphs = Array.from({ length: 200 }, (_, i) =>
    messages.slice(i * 100, i * 100 + 30).join(i % 2 === 0 ? ' ' : '\n'),
  );
  const endless = ['a', '🙂', ' ', 'ab', "'", '漢', 'e\u0301', '\n', '0', '-'].map((unit) =>
    unit.repeat(2000),
  );
  const lines = [...HARD_TEXTS, ...endless, ...messages, ...code, ...paragraphs];
  lines.push(...fc.sample(wordyText, { numRuns: Math.max(0, FULL - lines.length), seed: 1 }));
  const step = lines.length / Math.min(count, lines.length);
  const chosen = Array.from({ length: count }, (_, i) => lines[Math.floor(i * step)]!);
  // The hard ones are few; all of them count.
  return [...HARD_TEXTS, ...endless, ...chosen].slice(0, Math.max(count, 100));
}
