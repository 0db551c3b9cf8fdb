import { stream as streamTokens } from '@llm/nn';
import { chatPrompt } from '../pipelines/chat-prompt.ts';
import type { TextGenerationPipeline } from '../pipelines/index.ts';
import { ApiError } from './api-error.ts';
import type { ChatRequest } from './chat-request.ts';
import { StopText } from './stop-text.ts';

/** A piece of an answer; the last one says why it ended, and what it took. */
export interface AnswerPiece {
  readonly text: string;
  readonly end?: {
    readonly reason: 'stop' | 'length';
    readonly promptTokens: number;
    readonly newTokens: number;
  };
}

/** Generates the answer to a request, piece by piece. */
export async function* answer(
  { model, tokenizer }: TextGenerationPipeline,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<AnswerPiece, void, void> {
  const ids = await chatPrompt(tokenizer, request.messages, { tools: request.tools });
  const { positions } = model.base_model.cacheShape;
  const room = (positions ?? Infinity) - ids.length;
  if (room < 1) {
    throw new ApiError(
      400,
      `the conversation has ${ids.length} tokens, the model takes ${positions}; leave the oldest messages out`,
      'messages',
    );
  }
  const most = Math.min(request.maxTokens, room);
  const decoding = tokenizer.decode_stream({ skip_special_tokens: true });
  const stop = new StopText(request.stops);
  const inputs = { input_ids: [ids], attention_mask: [ids.map(() => 1)] };
  const options = { ...request.generation, max_new_tokens: most, signal };
  let newTokens = 0;
  for await (const [token] of streamTokens(model, inputs, options)) {
    if (token === undefined) continue;
    newTokens++;
    const text = stop.push(decoding.step(token));
    if (text) yield { text };
    if (stop.found) break;
  }
  const rest = stop.found ? '' : stop.push(decoding.end()) + stop.end();
  const ended = stop.found || newTokens < most;
  yield {
    text: rest,
    end: { reason: ended ? 'stop' : 'length', promptTokens: ids.length, newTokens },
  };
}
