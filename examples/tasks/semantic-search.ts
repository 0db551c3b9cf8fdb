// Finds what answers a question among texts: by vectors first, then by a model that reads question and text together.
//
//     npm run example examples/tasks/semantic-search.ts [EMBEDDING_MODEL] [RANKING_MODEL]
import { pipeline } from '@llm/apps';

const [, , embeddingModel, rankingModel] = process.argv;
const texts = [
  'Bread is baked from flour, water and salt.',
  'The train to Hamburg leaves at nine.',
  'A cat sleeps up to sixteen hours a day.',
  'Tickets are sold at the machine on the platform.',
  'Tea should not be made with boiling water.',
];
const question = 'How do I pay for the ride?';

const compare = await pipeline('sentence-similarity', embeddingModel);
const cosines = await compare(question, texts);
const near = texts.map((text, i) => ({ text, cosine: cosines[i]! }));
near.sort((a, b) => b.cosine - a.cosine);

const rank = await pipeline('text-ranking', rankingModel);
const found = near.slice(0, 3).map(({ text }) => text);
for (const { corpus_id, score } of await rank(question, found)) {
  console.log(`${score.toFixed(3)}  ${found[corpus_id]}`);
}
compare.dispose();
rank.dispose();
