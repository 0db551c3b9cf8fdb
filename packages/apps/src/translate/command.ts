import { parseArgs } from 'node:util';
import { setDefaultDevice } from '@llm/nn';
import { corpusLanguages, parseCorpusLanguage } from '../corpus/index.ts';
import { runTraining } from './run-training.ts';
import { runTranslation } from './run-translation.ts';
import { defaultSettings, translationSettings } from './settings.ts';

const help = `Trains a small Transformer to translate user-interface strings, and translates with it.

  npm start                                  train, score, save
  npm start -- translate "Open the file"     translate with the saved model (or lines of standard input)

Options
  --language CODE        target language: ${corpusLanguages.join(', ')} (default ${defaultSettings.language})
  --output FOLDER        where the model is saved and loaded (default models/ui-LANGUAGE)
  --epochs N             passes over the training pairs (default ${defaultSettings.epochs})
  --learning-rate X      peak learning rate (default ${defaultSettings.learningRate})
  --seed N               seed of weights, order and dropout (default ${defaultSettings.seed})
  --device NAME          webgpu or wasm (default: webgpu where there is a GPU)
  --restart              train from the beginning, even if an interrupted run could go on
  --help                 this text
`;

const options = {
  language: { type: 'string', default: defaultSettings.language },
  output: { type: 'string' },
  device: { type: 'string', default: 'auto' },
  epochs: { type: 'string' },
  'learning-rate': { type: 'string' },
  seed: { type: 'string' },
  restart: { type: 'boolean' },
  help: { type: 'boolean', default: false },
} as const;

const devices: readonly string[] = ['auto', 'webgpu', 'wasm'];

/** Options that only training takes. */
const trainingOptions = ['epochs', 'learning-rate', 'seed', 'restart'] as const;

/** A mistake of the user's: shown without a stack trace. */
class UsageError extends Error {}

/**
 * `npm start`: trains, or translates, as the words after it say; prints to the console.
 *
 * @returns the exit code: 2 for a mistake in the words, 1 for what failed, 130 after Ctrl-C
 */
export async function runCommand(words: readonly string[]): Promise<number> {
  try {
    return await run(words);
  } catch (error) {
    const usage = error instanceof UsageError ? "\nSee 'npm start -- --help'." : '';
    console.error(
      `${process.env.LLM_DEBUG ? (error as Error).stack : (error as Error).message}${usage}`,
    );
    return error instanceof UsageError ? 2 : 1;
  }
}

async function run(words: readonly string[]): Promise<number> {
  const { values, positionals } = usage(() =>
    parseArgs({ args: [...words], options, allowPositionals: true }),
  );
  const language = usage(() => parseCorpusLanguage(values.language));
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (!devices.includes(values.device)) {
    throw new UsageError(`unknown device '${values.device}'; choose one of ${devices.join(', ')}`);
  }
  setDefaultDevice(values.device);
  const [command = 'train', ...rest] = positionals;
  const output = values.output ?? `models/ui-${language}`;
  if (command === 'translate') {
    const given = trainingOptions.filter((name) => values[name] !== undefined);
    if (given.length > 0) {
      throw new UsageError(
        `translate does not take --${given.join(', --')}; they are for training`,
      );
    }
    return runTranslation(output, rest);
  }
  if (command !== 'train' || rest.length > 0) {
    throw new UsageError(
      `unknown command '${[command, ...rest].join(' ')}'; there are 'train' and 'translate'`,
    );
  }
  const settings = {
    language,
    ...(values.epochs !== undefined && { epochs: number('epochs', values.epochs) }),
    ...(values['learning-rate'] !== undefined && {
      learningRate: number('learning-rate', values['learning-rate']),
    }),
    ...(values.seed !== undefined && { seed: number('seed', values.seed) }),
  };
  const typed = words.length > 0 ? `npm start -- ${words.join(' ')}` : 'npm start';
  usage(() => translationSettings(settings));
  return runTraining({ settings, output, restart: values.restart ?? false, command: typed });
}

/** Runs `check`; what it throws is a mistake of the user's. */
function usage<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`--${name} wants a number: got '${text}'`);
  }
  return value;
}
