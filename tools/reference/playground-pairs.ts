/**
 * Makes the pairs that the playground's training tab brings: short user-interface strings of Visual Studio Code and
 * TypeScript (MIT and Apache-2.0), English and German, of the packages that `npm start` reads.
 *
 * Run: `npx tsx --conditions=@llm/source tools/reference/playground_pairs.ts`
 */
import { writeFile } from 'node:fs/promises';
import { normalizeText, readUserInterfaceStrings } from '@llm/apps';

const target = new URL('../../playground/src/training/data/ui-strings-en-de.tsv', import.meta.url);
/** Short ones are learned in a minute; German is a third longer. */
const longest = { source: 40, target: 52 };

const { pairs } = await readUserInterfaceStrings('de');
const seen = new Set<string>();
const kept = pairs.filter(({ source, target }) => {
  const key = normalizeText(source);
  const isUsable =
    source.length <= longest.source &&
    target.length <= longest.target &&
    source !== target &&
    key !== '' &&
    !/[{}%$<>\\`\t]/.test(source + target) && // placeholders and code teach no language
    !seen.has(key);
  seen.add(key);
  return isUsable;
});
const lines = kept.map(({ source, target }) => `${source}\t${target}`);
await writeFile(target, `source\ttarget\n${lines.join('\n')}\n`);
console.log(`${kept.length} pairs`);
