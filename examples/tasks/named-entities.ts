// Marks people, places and organisations in a text.
//
//     npm run example examples/tasks/named-entities.ts [MODEL]
import { pipeline } from '@llm/apps';

const find = await pipeline('ner', process.argv[2]);
const text = 'Ada Lovelace met Charles Babbage in London and wrote for the Analytical Society.';
const entities = await find(text, { aggregation_strategy: 'simple' });

let marked = '';
let place = 0;
for (const { entity_group, start, end } of entities) {
  marked += `${text.slice(place, start)}[${text.slice(start, end)}: ${entity_group}]`;
  place = end;
}
console.log(marked + text.slice(place));
find.dispose();
