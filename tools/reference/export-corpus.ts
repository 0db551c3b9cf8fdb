/**
 * Writes the corpus of user-interface strings for the PyTorch reference: the split that the main
 * job trains on, as JSON `{training: [source, target][], heldOut: [source, target, novel, lookup][]}`.
 *
 *   npx tsx tools/reference/export-corpus.ts corpus.json [language]
 */
import { writeFile } from 'node:fs/promises';
import {
  nearestBaseline,
  parseCorpusLanguage,
  readUserInterfaceStrings,
  splitCorpus,
} from '../../packages/apps/src/corpus/index.ts';

const [file, language = 'de'] = process.argv.slice(2);
if (!file) throw new Error('export-corpus: name the file to write');
const { pairs } = await readUserInterfaceStrings(parseCorpusLanguage(language));
const { training, heldOut } = splitCorpus(pairs);
const lookUp = nearestBaseline(training);
await writeFile(
  file,
  JSON.stringify({
    training: training.map(({ source, target }) => [source, target]),
    heldOut: heldOut.map(({ source, target, novel }) => [source, target, novel, lookUp(source)]),
  }),
);
console.log(`${training.length} training pairs, ${heldOut.length} held out`);
