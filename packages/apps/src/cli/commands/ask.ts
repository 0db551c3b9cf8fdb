import type { Command } from 'commander';
import {
  answerDocuments,
  type DocumentAnswer,
  PassageIndex,
  readDocuments,
} from '../../documents/index.ts';
import { UsageError } from '../failure.ts';
import { type Io, writeJson } from '../io.ts';
import { addModelOptions, loadPipeline, type ModelOptions, wholeNumber } from '../model-options.ts';
import { rowBar } from '../row-bar.ts';

interface AskCommandOptions extends ModelOptions {
  readonly embeddingModel?: string;
  readonly rankingModel?: string;
  readonly ranking: boolean;
  readonly answeringModel?: string;
  readonly chatModel?: string;
  readonly index?: string;
  readonly topK?: number;
  readonly json?: boolean;
}

/** `llm ask FOLDER QUESTION`: answers a question from the texts of a folder. */
export function addAsk(program: Command, io: Io): void {
  const command = program
    .command('ask')
    .argument('<folder>', 'a folder of .txt, .md and .html files, or one such file')
    .argument('[question]', 'what to ask; default: one question after the other')
    .description('answer questions from the documents of a folder, with citations')
    .option('--embedding-model <model>', 'finds passages; repository, folder or URL')
    .option('--ranking-model <model>', 'orders what was found')
    .option('--no-ranking', 'leave out that step')
    .option('--answering-model <model>', 'marks the answer in a passage')
    .option('--chat-model <model>', 'instead: answers in its own words')
    .option('--index <folder>', 'keep the index of the documents there, and use it the next time')
    .option('-k, --top-k <count>', 'answers at most', wholeNumber())
    .option('--json', 'print JSON');
  addModelOptions(command)
    .addHelpText(
      'after',
      `
Example
  llm ask docs "How is a model saved?"
  llm ask docs --index docs.index --chat-model HuggingFaceTB/SmolLM2-135M-Instruct`,
    )
    .action((folder: string, question: string | undefined, options: AskCommandOptions) =>
      askFolder(io, folder, question, options),
    );
}

async function askFolder(
  io: Io,
  folder: string,
  question: string | undefined,
  options: AskCommandOptions,
): Promise<void> {
  const { embeddingModel, rankingModel, ranking, answeringModel, chatModel, topK } = options;
  if (answeringModel !== undefined && chatModel !== undefined) {
    throw new UsageError('ask: give --answering-model or --chat-model, not both');
  }
  if (!ranking && rankingModel !== undefined) {
    throw new UsageError('ask: --ranking-model and --no-ranking exclude each other');
  }
  const documents = (await indexed(options.index)) ?? (await documentsOf(io, folder));
  const embedding = await loadPipeline('feature-extraction', embeddingModel, options, io);
  const rank = ranking ? await loadPipeline('text-ranking', rankingModel, options, io) : null;
  const answering =
    chatModel === undefined
      ? await loadPipeline('question-answering', answeringModel, options, io)
      : await loadPipeline('text-generation', chatModel, options, io);
  const bar = documents instanceof PassageIndex ? undefined : await rowBar(io, 'passages');
  const ask = await answerDocuments(documents, {
    models: { embedding, ranking: rank, answering },
    ...(bar && { on_progress: bar.update, signal: io.signal }),
  }).finally(() => bar?.end());
  if (bar && options.index !== undefined) await ask.index.save(options.index);
  try {
    const asked = question === undefined ? () => io.ask('? ') : once(question);
    for (let text = await asked(); text?.trim(); text = await asked()) {
      const answers = await ask(text, topK === undefined ? {} : { top_k: topK });
      if (options.json) writeJson(io, answers);
      else io.out.write(`${answers.map(readable).join('\n\n') || 'no answer found'}\n`);
    }
  } finally {
    for (const each of [embedding, rank, answering]) each?.dispose();
  }
}

/** An index that was kept; undefined where there is none yet. */
async function indexed(folder: string | undefined): Promise<PassageIndex | undefined> {
  if (folder === undefined) return undefined;
  const { existsSync } = await import('node:fs');
  return existsSync(folder) ? PassageIndex.load(folder) : undefined;
}

async function documentsOf(io: Io, folder: string) {
  const { documents, skipped } = await readDocuments(folder);
  for (const { path, reason } of skipped) io.err.write(`skipped ${path}: ${reason}\n`);
  return documents;
}

function once(question: string): () => Promise<string | undefined> {
  const texts = [question];
  return async () => texts.shift();
}

function readable({ answer, score, citations }: DocumentAnswer): string {
  const share = score === undefined ? '' : `  (${score.toFixed(3)})`;
  const sources = citations.map(
    ({ document, start, end, passage }) =>
      `  ${document}:${start}-${end}  ${passage.replace(/\s+/g, ' ').slice(0, 100)}`,
  );
  return [`${answer}${share}`, ...sources].join('\n');
}
