import { openSource } from '@llm/hub';
import { loadConfig } from '@llm/nn';
import type { Command } from 'commander';
import { createServer, type ServerOptions } from '../../server/index.ts';
import { UsageError } from '../failure.ts';
import type { Io } from '../io.ts';
import { addModelOptions, loadPipeline, type ModelOptions, wholeNumber } from '../model-options.ts';

interface ServeOptions extends ModelOptions {
  readonly embeddingModel?: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey?: string;
  readonly maxTokens: number;
  readonly maxBytes: number;
}

/** `llm serve MODEL`: an API in OpenAI's shapes. */
export function addServe(program: Command, io: Io): void {
  const command = program
    .command('serve')
    .argument('[model]', 'repository, folder or URL, for conversations or for embeddings')
    .description("serve models with OpenAI's API: chat completions, embeddings")
    .option('--embedding-model <model>', 'another model, for embeddings')
    .option('--host <address>', 'where it listens', '127.0.0.1')
    .option('--port <number>', 'its port; 0 for any free one', wholeNumber(0), 8000)
    .option('--api-key <key>', 'what clients must send as their key')
    .option('--max-tokens <count>', 'most new tokens of an answer', wholeNumber(), 1024)
    .option('--max-bytes <count>', 'most bytes of a request', wholeNumber(), 2 ** 20);
  addModelOptions(command)
    .addHelpText(
      'after',
      `
Example
  llm serve HuggingFaceTB/SmolLM2-135M-Instruct
  curl localhost:8000/v1/chat/completions -H 'Content-Type: application/json' \\
    -d '{"messages": [{"role": "user", "content": "Hello"}]}'`,
    )
    .action((model: string | undefined, options: ServeOptions) => serveModels(io, model, options));
}

async function serveModels(
  io: Io,
  model: string | undefined,
  options: ServeOptions,
): Promise<void> {
  const { embeddingModel, host, port, apiKey, maxTokens, maxBytes } = options;
  if (model === undefined && embeddingModel === undefined) {
    throw new UsageError('serve: wants a model');
  }
  const talks = model !== undefined && (await generatesText(model, io.signal));
  const embedder = embeddingModel ?? (talks ? undefined : model);
  if (model !== undefined && !talks && embeddingModel !== undefined) {
    throw new UsageError(`serve: ${model} makes embeddings too; give one of them`);
  }
  const chat = talks ? await loadPipeline('text-generation', model, options, io) : undefined;
  const features = embedder
    ? await loadPipeline('feature-extraction', embedder, options, io)
    : undefined;
  const served: ServerOptions = {
    ...(chat && { chat: { name: model!, pipeline: chat } }),
    ...(features && { embeddings: { name: embedder!, pipeline: features } }),
    ...(apiKey !== undefined && { apiKey }),
    maxTokens,
    maxBytes,
  };
  const { serve } = await import('@hono/node-server');
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(host);
  if (!isLocal && apiKey === undefined) {
    io.err.write(`warning: whoever reaches ${host} can use the model; --api-key asks for a key\n`);
  }
  await new Promise<void>((resolve, reject) => {
    const server = serve({ fetch: createServer(served).fetch, hostname: host, port }, (address) => {
      const shown = host.includes(':') ? `[${host}]` : host;
      io.err.write(`listening on http://${shown}:${address.port}/v1, Ctrl-C ends it\n`);
    });
    server.on('error', reject);
    const close = () => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    };
    if (io.signal.aborted) close();
    else io.signal.addEventListener('abort', close, { once: true });
  });
  chat?.dispose();
  features?.dispose();
}

/** Whether a model continues texts; else it is taken for embeddings. */
async function generatesText(model: string, signal: AbortSignal): Promise<boolean> {
  const { architectures } = await loadConfig(openSource(model, { signal }));
  // A GGUF file has no such list; those are decoders.
  if (!Array.isArray(architectures)) return true;
  return architectures.some((name) => /CausalLM|LMHeadModel/.test(String(name)));
}
