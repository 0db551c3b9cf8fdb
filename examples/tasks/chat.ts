// Talks with a language model; an empty line ends it.
//
//     npm run example examples/tasks/chat.ts [MODEL]
import { createInterface } from 'node:readline';
import { pipeline } from '@llm/apps';

const generator = await pipeline('text-generation', process.argv[2], { dtype: 'q8' });
const messages = [{ role: 'system', content: 'You answer in one short sentence.' }];

process.stdout.write('you: ');
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') break;
  messages.push({ role: 'user', content: line });
  let answer = '';
  for await (const text of generator.stream(messages, { max_new_tokens: 64 })) {
    process.stdout.write(text);
    answer += text;
  }
  messages.push({ role: 'assistant', content: answer });
  process.stdout.write('\nyou: ');
}
generator.dispose();
