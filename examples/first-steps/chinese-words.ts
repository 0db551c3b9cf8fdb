// Chinese is written without spaces: words are found by the rules of Unicode and a dictionary (Intl.Segmenter).
//
//     npm run example examples/first-steps/chinese-words.ts
import { splitSentences, splitWords } from '@llm/tokenizers/text';

const text = '我爱自然语言处理。今天天气很好，我们去公园散步吧！';
for (const sentence of splitSentences(text, { language: 'zh' })) {
  console.log(splitWords(sentence, { language: 'zh' }).join(' / '));
}
