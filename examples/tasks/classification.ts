// Says what people feel about something, and what they write about, with labels that no model was trained on.
//
//     npm run example examples/tasks/classification.ts [SENTIMENT_MODEL] [ENTAILMENT_MODEL]
import { pipeline } from '@llm/apps';

const [, , sentimentModel, entailmentModel] = process.argv;
const texts = ['The soup was cold and the waiter rude.', 'What a view from the tower!'];
const feel = await pipeline('sentiment-analysis', sentimentModel);
const about = await pipeline('zero-shot-classification', entailmentModel);

const feelings = await feel(texts);
const topics = await about(texts, ['food', 'travel', 'politics']);
for (const [i, text] of texts.entries()) {
  const { label, score } = feelings[i]!;
  console.log(`${text} ${label} (${score.toFixed(3)}), ${topics[i]!.labels[0]}`);
}
feel.dispose();
about.dispose();
