import { type Context, Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { streamSSE } from 'hono/streaming';
import {
  type FeatureExtractionPipeline,
  type Pooling,
  type TextGenerationPipeline,
  WrongInputError,
} from '../pipelines/index.ts';
import { ApiError } from './api-error.ts';
import { type AnswerPiece, answer } from './chat-completion.ts';
import { readChatRequest } from './chat-request.ts';
import { embed } from './embeddings.ts';
import { Fields } from './fields.ts';
import { Queue } from './queue.ts';

/** What a server serves, and its limits. */
export interface ServerOptions {
  /** For `/v1/chat/completions`, under the name that clients know it by. */
  readonly chat?: { readonly name: string; readonly pipeline: TextGenerationPipeline };
  /** For `/v1/embeddings`. */
  readonly embeddings?: {
    readonly name: string;
    readonly pipeline: FeatureExtractionPipeline;
    /** Default `'mean'`. */
    readonly pooling?: Pooling;
  };
  /** Wanted of every request under `/v1`, as `Authorization: Bearer KEY`. Default: none. */
  readonly apiKey?: string;
  /** Most bytes of a request. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Most new tokens of an answer. Default 1024. */
  readonly maxTokens?: number;
  /** Most requests that wait. Default 32. */
  readonly maxWaiting?: number;
}

/**
 * An HTTP application in the shapes of OpenAI's API: `/v1/chat/completions` (whole or streamed), `/v1/embeddings`,
 * `/v1/models`, `/health`. Requests run one after the other; one whose client has left is stopped.
 *
 * @example
 * const chat = { name: 'smol', pipeline: await pipeline('text-generation') };
 * serve({ fetch: createServer({ chat }).fetch, port: 8000 }); // of @hono/node-server
 */
export function createServer(options: ServerOptions): Hono {
  const {
    chat,
    embeddings,
    apiKey,
    maxBytes = 2 ** 20,
    maxTokens = 1024,
    maxWaiting = 32,
  } = options;
  const started = Math.floor(Date.now() / 1000);
  const queue = new Queue(maxWaiting);
  const app = new Hono();

  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    const failure = apiError(error);
    return context.json(failure.toBody(), failure.status);
  });
  app.notFound((context) => {
    const failure = new ApiError(404, `there is no ${context.req.method} ${context.req.path}`);
    return context.json(failure.toBody(), 404);
  });
  app.get('/health', (context) => context.json({ status: 'ok' }));
  if (apiKey !== undefined) {
    const refuse = new ApiError(401, 'wants the header Authorization: Bearer KEY').toBody();
    app.use(
      '/v1/*',
      bearerAuth({
        token: apiKey,
        noAuthenticationHeader: { message: refuse },
        invalidToken: { message: refuse },
        invalidAuthenticationHeader: { message: refuse },
      }),
    );
  }
  app.use(
    '/v1/*',
    bodyLimit({
      maxSize: maxBytes,
      onError: () => {
        throw new ApiError(413, `the request is larger than ${maxBytes} bytes`);
      },
    }),
  );
  app.get('/v1/models', (context) =>
    context.json({
      object: 'list',
      data: [chat, embeddings].flatMap((served) =>
        served ? [{ id: served.name, object: 'model', created: started, owned_by: 'local' }] : [],
      ),
    }),
  );

  app.post('/v1/chat/completions', async (context) => {
    if (!chat) throw new ApiError(404, 'this server has no model for conversations');
    const request = readChatRequest(await readBody(context), maxTokens);
    const signal = context.req.raw.signal;
    const leave = await queue.enter(signal);
    const pieces = inTurn(answer(chat.pipeline, request, signal), leave);
    // The first piece says whether the request can be served at all.
    const first = await pieces.next();
    const completion = new Completion(chat.name);
    if (!request.stream) {
      return context.json(await completion.whole(withFirst(first, pieces)));
    }
    return streamSSE(context, async (stream) => {
      stream.onAbort(() => void pieces.return());
      for await (const event of completion.events(withFirst(first, pieces), request.streamsUsage)) {
        await stream.writeSSE({ data: JSON.stringify(event) });
      }
      await stream.writeSSE({ data: '[DONE]' });
    });
  });

  app.post('/v1/embeddings', async (context) => {
    if (!embeddings) throw new ApiError(404, 'this server has no model for embeddings');
    const { pipeline, name, pooling = 'mean' } = embeddings;
    const fields = await readBody(context);
    const leave = await queue.enter(context.req.raw.signal);
    try {
      return context.json(await embed(pipeline, fields, name, pooling));
    } finally {
      leave();
    }
  });
  return app;
}

/** The forms that an answer is sent in. */
class Completion {
  readonly #base: { readonly id: string; readonly created: number; readonly model: string };

  constructor(model: string) {
    const created = Math.floor(Date.now() / 1000);
    this.#base = { id: `chatcmpl-${crypto.randomUUID()}`, created, model };
  }

  async whole(pieces: AsyncIterable<AnswerPiece>): Promise<object> {
    let content = '';
    let end: AnswerPiece['end'];
    for await (const piece of pieces) {
      content += piece.text;
      end = piece.end;
    }
    return {
      ...this.#base,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content, refusal: null },
          logprobs: null,
          finish_reason: end!.reason,
        },
      ],
      usage: usageOf(end!),
    };
  }

  async *events(pieces: AsyncIterable<AnswerPiece>, usage: boolean): AsyncGenerator<object> {
    const event = (delta: object, finish_reason: string | null = null) => ({
      ...this.#base,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(usage && { usage: null }),
    });
    yield event({ role: 'assistant', content: '' });
    for await (const { text, end } of pieces) {
      if (text) yield event({ content: text });
      if (!end) continue;
      yield event({}, end.reason);
      if (usage) yield { ...event({}), choices: [], usage: usageOf(end) };
    }
  }
}

function usageOf({ promptTokens, newTokens }: NonNullable<AnswerPiece['end']>): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: newTokens,
    total_tokens: promptTokens + newTokens,
  };
}

async function readBody(context: Context): Promise<Fields> {
  const type = context.req.header('content-type') ?? '';
  // A page of another origin cannot send this type without being asked first, and is then refused.
  if (!/^application\/json\b/i.test(type)) {
    throw new ApiError(415, 'the request wants the content type application/json');
  }
  const body = await context.req.json<unknown>().catch((error: unknown) => {
    if (error instanceof ApiError) throw error;
    throw new ApiError(400, 'the body is no JSON');
  });
  return new Fields(body);
}

/** Gives the turn back when the pieces end, however they do. */
async function* inTurn(
  pieces: AsyncGenerator<AnswerPiece, void, void>,
  leave: () => void,
): AsyncGenerator<AnswerPiece, void, void> {
  try {
    yield* pieces;
  } finally {
    leave();
  }
}

async function* withFirst(
  first: IteratorResult<AnswerPiece, void>,
  rest: AsyncIterable<AnswerPiece>,
): AsyncGenerator<AnswerPiece, void, void> {
  if (!first.done) yield first.value;
  yield* rest;
}

function apiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isMistake = error instanceof WrongInputError || error instanceof RangeError;
  return new ApiError(isMistake ? 400 : 500, message);
}
