// Finds the answer to each question in a text, and where it stands.
//
//     npm run example examples/tasks/question-answering.ts [MODEL]
import { pipeline } from '@llm/apps';

const answer = await pipeline('question-answering', process.argv[2]);
const context =
  'The Brandenburg Gate stands in Berlin. It was built from 1788 to 1791 by Carl Gotthard Langhans. ' +
  'More than ten million people visit it in a year.';

for (const question of ['Where is the gate?', 'Who built it?', 'How many people come in a year?']) {
  const { answer: found, score, start, end } = await answer(question, context);
  console.log(
    `${question} ${found} (${(100 * score).toFixed(1)} %, characters ${start} to ${end})`,
  );
}
answer.dispose();
