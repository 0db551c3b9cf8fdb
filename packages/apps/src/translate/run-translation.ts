import { Translator } from './translator.ts';

/** Translates the arguments, or the lines of standard input, with the model in `folder`; prints one line each. */
export async function runTranslation(folder: string, texts: readonly string[]): Promise<number> {
  const { existsSync } = await import('node:fs');
  if (!existsSync(`${folder}/config.json`)) {
    throw new Error(
      `there is no model in ${folder}; train one with 'npm start', or name a folder with --output`,
    );
  }
  const lines = texts.length > 0 ? texts : await standardInput();
  const translator = await Translator.load(folder);
  const filled = lines.filter((line) => line.trim() !== '');
  const translations = await translator.translate(filled);
  let next = 0;
  for (const line of lines) console.log(line.trim() === '' ? '' : translations[next++]);
  translator.dispose();
  return 0;
}

async function standardInput(): Promise<string[]> {
  if (process.stdin.isTTY) {
    throw new Error('translate: wants text, such as: npm start -- translate "Open the file"');
  }
  const { text } = await import('node:stream/consumers');
  const lines = (await text(process.stdin)).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
