import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addAsk } from './commands/ask.ts';
import { addCache } from './commands/cache.ts';
import { addChat } from './commands/chat.ts';
import { addConvert } from './commands/convert.ts';
import { addDevices } from './commands/devices.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addInspect } from './commands/inspect.ts';
import { addRun } from './commands/run.ts';
import { addServe } from './commands/serve.ts';
import { addTokenize } from './commands/tokenize.ts';
import { addTrain } from './commands/train.ts';
import { addTranslate } from './commands/translate.ts';
import { addVerify } from './commands/verify.ts';
import { report } from './failure.ts';
import type { Io } from './io.ts';

/** The commands, in the order of the help. */
const commands = [
  addRun,
  addTrain,
  addEvaluate,
  addAsk,
  addChat,
  addTranslate,
  addServe,
  addTokenize,
  addInspect,
  addConvert,
  addVerify,
  addDevices,
  addCache,
];

/** Runs the command line. @returns the exit code */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const program = new Command('llm')
    .description('Language models on WebAssembly and WebGPU, from stock Hugging Face repositories.')
    .version(packageJson.version);
  for (const add of commands) add(program, io);
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command.exitOverride().showHelpAfterError("(see 'llm --help')");
    command.configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return report(io, error);
  }
}
