#!/usr/bin/env node
import { parseArgs } from 'node:util';
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
  --restart              train from the beginning, even if an interrupted run could go on
  --help                 this text
`;

const options = {
  language: { type: 'string', default: defaultSettings.language },
  output: { type: 'string' },
  epochs: { type: 'string' },
  'learning-rate': { type: 'string' },
  seed: { type: 'string' },
  restart: { type: 'boolean' },
  help: { type: 'boolean', default: false },
} as const;

/** Options that only training takes. */
const trainingOptions = ['epochs', 'learning-rate', 'seed', 'restart'] as const;

/** A mistake of the user's: shown without a stack trace. */
class UsageError extends Error {}

async function main(): Promise<number> {
  const { values, positionals } = parse();
  const language = usage(() => parseCorpusLanguage(values.language));
  if (values.help) {
    console.log(help);
    return 0;
  }
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
  const words = process.argv.slice(2);
  const typed = words.length > 0 ? `npm start -- ${words.join(' ')}` : 'npm start';
  usage(() => translationSettings(settings));
  return runTraining({ settings, output, restart: values.restart ?? false, command: typed });
}

function parse() {
  return usage(() => parseArgs({ options, allowPositionals: true }));
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

try {
  process.exitCode = await main();
} catch (error) {
  const usage = error instanceof UsageError ? "\nSee 'npm start -- --help'." : '';
  console.error(
    `${process.env.LLM_DEBUG ? (error as Error).stack : (error as Error).message}${usage}`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
