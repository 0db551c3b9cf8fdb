// Translates lines of text.
//
//     npm run example examples/tasks/translation.ts [MODEL]
import { pipeline } from '@llm/apps';

const translate = await pipeline('translation', process.argv[2]);
const lines = ['Open the file', 'Where is the next station?', 'I would like a cup of tea.'];
const translations = await translate(lines, { num_beams: 4, max_new_tokens: 40 });
for (const [i, { translation_text }] of translations.entries()) {
  console.log(`${lines[i]} -> ${translation_text}`);
}
translate.dispose();
