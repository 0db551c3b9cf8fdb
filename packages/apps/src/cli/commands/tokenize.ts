import { AutoTokenizer } from '@llm/tokenizers';
import type { Command } from 'commander';
import { UsageError } from '../failure.ts';
import { type Io, readInputTexts, writeJson } from '../io.ts';

interface TokenizeOptions {
  readonly model: string;
  readonly decode?: boolean;
  readonly specialTokens: boolean;
  readonly count?: boolean;
  readonly json?: boolean;
}

/** `llm tokenize`: what a tokenizer makes of texts. */
export function addTokenize(program: Command, io: Io): void {
  program
    .command('tokenize')
    .argument('[texts...]', 'texts; default: the lines of standard input')
    .description('show the tokens of texts')
    .requiredOption('-m, --model <model>', 'repository, folder or URL')
    .option('--decode', 'the other way round: arguments are ids')
    .option('--no-special-tokens', 'add none')
    .option('--count', 'print only how many there are')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample\n  llm tokenize -m openai-community/gpt2 "Hello, world!"')
    .action(async (given: string[], options: TokenizeOptions) => {
      const texts = await readInputTexts(io, given);
      if (texts.length === 0)
        throw new UsageError('tokenize: wants a text, as an argument or piped in');
      const tokenizer = await AutoTokenizer.from_pretrained(options.model, { signal: io.signal });
      if (options.decode) {
        const text = tokenizer.decode(
          texts
            .join(' ')
            .split(/[\s,]+/)
            .map(readId),
        );
        if (options.json) writeJson(io, { text });
        else io.out.write(`${text}\n`);
        return;
      }
      const encodings = texts.map((text) =>
        tokenizer.encode_plus(text, { add_special_tokens: options.specialTokens }),
      );
      const found = encodings.map(({ ids, tokens, offsets }) => ({ ids, tokens, offsets }));
      if (options.count) {
        const counts = found.map(({ ids }) => ids.length);
        if (options.json) writeJson(io, counts);
        else io.out.write(`${counts.join('\n')}\n`);
      } else if (options.json) writeJson(io, found);
      else {
        for (const { ids, tokens } of found) {
          const width = Math.max(...tokens.map(({ length }) => length), 1);
          const lines = tokens.map((token, i) => `${token.padEnd(width)}  ${ids[i]}`);
          io.out.write(`${lines.join('\n')}\n\n`);
        }
      }
    });
}

function readId(text: string): number {
  const id = Number(text);
  if (text !== '' && Number.isInteger(id) && id >= 0) return id;
  throw new UsageError(`tokenize --decode: wants ids: got ${JSON.stringify(text)}`);
}
