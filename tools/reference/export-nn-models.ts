/**
 * Loads every model of packages/nn/test/fixtures/models and saves it again below a folder, for
 * tools/reference/nn_load_saved.py.
 *
 *     npx tsx --conditions=@llm/source tools/reference/export-nn-models.ts FOLDER
 *
 * @module
 */
import { join } from 'node:path';
import {
  autoModelOf,
  modelCases,
  readModelCase,
} from '../../packages/nn/test/support/model-case.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: export-nn-models.ts FOLDER');
for (const name of modelCases) {
  const fixture = readModelCase(name);
  const model = await autoModelOf(fixture).from_pretrained(fixture.folder);
  await model.save_pretrained(join(folder, name));
}
console.log(`${modelCases.length} models in ${folder}`);
process.exit(0);
