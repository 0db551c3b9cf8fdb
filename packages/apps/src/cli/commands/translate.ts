import type { Command } from 'commander';
import { UsageError } from '../failure.ts';
import { type Io, readPiped } from '../io.ts';
import { addModelOptions, loadPipeline, type ModelOptions } from '../model-options.ts';

interface TranslateOptions extends ModelOptions {
  readonly model?: string;
  readonly output?: string;
  readonly from?: string;
  readonly to?: string;
}

/** `llm translate FILE`: a file line by line; empty lines and indentation stay as they are. */
export function addTranslate(program: Command, io: Io): void {
  const command = program
    .command('translate')
    .argument('[file]', 'text file; default: standard input')
    .description('translate a text file, line by line')
    .option('-m, --model <model>', 'repository, folder or URL; default: English to German')
    .option('-o, --output <file>', 'where the translation goes; default: standard output')
    .option('--from <language>', "language of the text, by the model's own code")
    .option('--to <language>', "language of the translation, by the model's own code");
  addModelOptions(command).action(async (file: string | undefined, options: TranslateOptions) => {
    const text = await read(io, file);
    const translator = await loadPipeline('translation', options.model, options, io);
    try {
      const translated = await translateLines(text, (lines) =>
        translator(lines, {
          ...(options.from !== undefined && { src_lang: options.from }),
          ...(options.to !== undefined && { tgt_lang: options.to }),
          signal: io.signal,
        }).then((results) => results.map(({ translation_text }) => translation_text)),
      );
      if (options.output === undefined) io.out.write(translated);
      else {
        const { writeFileAtomic } = await import('@llm/hub');
        await writeFileAtomic(options.output, translated);
      }
    } finally {
      translator.dispose();
    }
  });
}

/** A text with each line translated between its own indentation and its end. */
async function translateLines(
  text: string,
  translate: (lines: string[]) => Promise<string[]>,
): Promise<string> {
  const parts = text.split(/(\r?\n)/); // lines at even places, their ends at odd ones
  const places = parts.flatMap((part, i) => (i % 2 === 0 && part.trim() !== '' ? [i] : []));
  if (places.length === 0) return text;
  const translated = await translate(places.map((place) => parts[place]!.trim()));
  for (const [i, place] of places.entries()) {
    const [, before, after] = /^(\s*).*?(\s*)$/s.exec(parts[place]!)!;
    parts[place] = `${before}${translated[i]}${after}`;
  }
  return parts.join('');
}

async function read(io: Io, file: string | undefined): Promise<string> {
  if (file === undefined) {
    const piped = await readPiped(io);
    if (piped === undefined) throw new UsageError('translate: wants a file, or text piped in');
    return piped;
  }
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`translate: ${file} cannot be read: ${(error as Error).message}`);
  }
}
