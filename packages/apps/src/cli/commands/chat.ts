import type { ChatMessage } from '@llm/tokenizers';
import type { Command } from 'commander';
import { WrongInputError } from '../../pipelines/index.ts';
import { UsageError } from '../failure.ts';
import type { Io } from '../io.ts';
import {
  addModelOptions,
  anyNumber,
  loadPipeline,
  type ModelOptions,
  wholeNumber,
} from '../model-options.ts';

interface ChatOptions extends ModelOptions {
  readonly system?: string;
  readonly maxNewTokens: number;
  readonly temperature?: number;
  readonly seed?: number;
}

/** `llm chat MODEL`: a conversation at the terminal. */
export function addChat(program: Command, io: Io): void {
  const command = program
    .command('chat')
    .argument('[model]', 'repository, folder or URL; default: a small one')
    .description('talk with a model')
    .option('--system <text>', 'what the model is told first')
    .option('--max-new-tokens <count>', 'most tokens of an answer', wholeNumber(), 512)
    .option('--temperature <number>', 'draw answers at random, at this temperature', anyNumber)
    .option('--seed <number>', 'of the draws', wholeNumber(0));
  addModelOptions(command).action(async (model: string | undefined, options: ChatOptions) => {
    const { system, maxNewTokens, temperature, seed } = options;
    if (temperature !== undefined && temperature <= 0) {
      throw new UsageError(
        'chat: --temperature wants a number above 0; leave it out for the likeliest answer',
      );
    }
    const generator = await loadPipeline('text-generation', model, options, io);
    if (generator.tokenizer.chat_template === undefined) {
      throw new UsageError(
        'chat: this model has no chat template, so it was not trained for conversations; continue a text with llm run text-generation',
      );
    }
    const messages: ChatMessage[] = system ? [{ role: 'system', content: system }] : [];
    io.err.write('An empty line or Ctrl-D ends the conversation.\n');
    for (;;) {
      const question = await io.ask('> ');
      if (!question?.trim()) break;
      messages.push({ role: 'user', content: question });
      let answer = '';
      const pieces = generator.stream(messages, {
        max_new_tokens: maxNewTokens,
        signal: io.signal,
        ...(temperature !== undefined && { do_sample: true, temperature }),
        ...(seed !== undefined && { seed }),
      });
      try {
        for await (const piece of pieces) {
          answer += piece;
          io.out.write(piece);
        }
      } catch (error) {
        if (!(error instanceof WrongInputError)) throw error;
        io.err.write(`${error.message}\n`);
        messages.pop(); // the conversation goes on without it
        continue;
      }
      io.out.write('\n');
      messages.push({ role: 'assistant', content: answer });
    }
    generator.dispose();
  });
}
