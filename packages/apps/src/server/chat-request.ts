import type { ChatMessage, ChatTool } from '@llm/tokenizers';
import type { PipelineGenerateOptions } from '../pipelines/index.ts';
import { ApiError } from './api-error.ts';
import type { Fields } from './fields.ts';

/** What a client of `/v1/chat/completions` asks for. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[] | undefined;
  readonly stream: boolean;
  /** Whether a last event with the numbers of tokens is wanted. */
  readonly streamsUsage: boolean;
  readonly stops: readonly string[];
  readonly maxTokens: number;
  readonly generation: PipelineGenerateOptions;
}

/** Reads a request. @throws ApiError for a field that is unknown, wrong or not supported */
export function readChatRequest(fields: Fields, maxTokens: number): ChatRequest {
  const messages = readMessages(fields.any('messages'));
  const stream = fields.flag('stream') ?? false;
  const usage = fields.any('stream_options') as { include_usage?: boolean } | undefined;
  const wanted =
    fields.count('max_completion_tokens', 1, maxTokens) ?? fields.count('max_tokens', 1, maxTokens);
  fields.any('max_tokens');
  const temperature = fields.number('temperature', 0, 2);
  const topP = fields.number('top_p', 0, 1);
  const presence = fields.number('presence_penalty', -2, 2);
  const frequency = fields.number('frequency_penalty', -2, 2);
  const seed = fields.count('seed', 0, 2 ** 32 - 1);
  const tools = fields.any('tools');
  if (tools !== undefined && !Array.isArray(tools))
    throw new ApiError(400, 'tools wants a list', 'tools');
  const stops = [fields.any('stop') ?? []].flat();
  if (stops.length > 4 || stops.some((stop) => typeof stop !== 'string' || stop === '')) {
    throw new ApiError(400, 'stop wants one to four texts', 'stop');
  }
  fields.text('model');
  fields.text('user');
  fields.any('metadata');
  fields.without('n', 1);
  fields.without('logprobs', false);
  fields.without('store', false);
  fields.without('tool_choice', 'auto');
  fields.without('parallel_tool_calls', true);
  const format = fields.any('response_format') as { type?: unknown } | undefined;
  if (format !== undefined && format.type !== 'text') {
    throw new ApiError(400, "response_format wants { type: 'text' }", 'response_format');
  }
  fields.end();
  const samples = temperature !== undefined ? temperature > 0 : topP !== undefined;
  return {
    messages,
    tools: tools as readonly ChatTool[] | undefined,
    stream,
    streamsUsage: usage?.include_usage === true,
    stops: stops as string[],
    maxTokens: wanted ?? maxTokens,
    generation: {
      ...((temperature !== undefined || topP !== undefined) && { do_sample: samples }),
      ...(samples && temperature !== undefined && { temperature }),
      ...(samples && topP !== undefined && { top_p: topP }),
      ...(presence !== undefined && { presence_penalty: presence }),
      ...(frequency !== undefined && { frequency_penalty: frequency }),
      ...(seed !== undefined && { seed }),
    },
  };
}

function readMessages(value: unknown): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ApiError(400, 'messages wants a list of messages', 'messages');
  }
  for (const message of value as unknown[]) {
    const { role, content, tool_calls } = (message ?? {}) as Record<string, unknown>;
    const hasContent =
      typeof content === 'string' || Array.isArray(content) || Array.isArray(tool_calls);
    if (typeof role !== 'string' || !hasContent) {
      throw new ApiError(400, 'a message wants a role and a content', 'messages');
    }
  }
  return value as ChatMessage[];
}
