import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { setDefaultDevice } from '@llm/nn';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, pipeline } from '../../src/index.ts';

setDefaultDevice('wasm');
const folder = new URL('../fixtures/pipelines/', import.meta.url);
let client: OpenAI;
let address: string;
let close: () => void;

beforeAll(async () => {
  const app = createServer({
    chat: {
      name: 'decoder',
      pipeline: await pipeline('text-generation', new URL('decoder', folder)),
    },
    embeddings: {
      name: 'plain',
      pipeline: await pipeline('feature-extraction', new URL('plain', folder)),
    },
    apiKey: 'secret',
    maxTokens: 20,
    maxBytes: 4096,
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'secret', maxRetries: 0 });
  close = () => server.close();
});
afterAll(() => close());

const messages = [{ role: 'user' as const, content: 'Where is Paris?' }];

describe('the official client', () => {
  it('lists models', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['decoder', 'plain']);
  });

  it('gets a whole answer and the same one as a stream', async () => {
    const request = { model: 'decoder', messages, max_tokens: 12, temperature: 0 };
    const whole = await client.chat.completions.create(request);
    expect(whole.choices[0]!.message.role).toBe('assistant');
    expect(whole.usage!.completion_tokens).toBe(12);
    expect(whole.choices[0]!.finish_reason).toBe('length');
    let text = '';
    let usage = 0;
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const { choices, usage: own } of stream) {
      text += choices[0]?.delta.content ?? '';
      usage = own?.total_tokens ?? usage;
    }
    expect(text).toBe(whole.choices[0]!.message.content);
    expect(usage).toBe(whole.usage!.total_tokens);
  });

  it('stops at a text', async () => {
    const request = { model: 'decoder', messages, max_tokens: 12, temperature: 0 };
    const whole = (await client.chat.completions.create(request)).choices[0]!.message.content!;
    const stop = whole.slice(3, 5);
    const { choices } = await client.chat.completions.create({ ...request, stop });
    expect(choices[0]!.message.content).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(choices[0]!.finish_reason).toBe('stop');
  });

  it('draws the same answer for a seed', async () => {
    const request = { model: 'decoder', messages, max_tokens: 8, temperature: 1, seed: 5 };
    const [a, b] = await Promise.all([
      client.chat.completions.create(request),
      client.chat.completions.create(request),
    ]);
    expect(a.choices[0]!.message.content).toBe(b.choices[0]!.message.content);
  });

  it('gets embeddings of length 1', async () => {
    const { data } = await client.embeddings.create({ model: 'plain', input: ['Paris', 'food'] });
    expect(data.map(({ index }) => index)).toEqual([0, 1]);
    const norm = Math.hypot(...data[0]!.embedding);
    expect(norm).toBeCloseTo(1, 5);
  });

  it('leaves in the middle of an answer, and the next one is served', async () => {
    const stream = await client.chat.completions.create({
      model: 'decoder',
      messages,
      max_tokens: 20,
      stream: true,
    });
    for await (const _ of stream) break;
    const { choices } = await client.chat.completions.create({
      model: 'decoder',
      messages,
      max_tokens: 2,
    });
    expect(choices).toHaveLength(1);
  });
});

interface Refusal {
  readonly body: object;
  readonly status?: number;
  readonly message: RegExp;
}

const refusals: readonly Refusal[] = [
  { body: { messages: [] }, message: /messages wants a list/ },
  { body: { messages: [{ role: 'user' }] }, message: /a role and a content/ },
  { body: { messages: [{ role: 'user', content: 'Hi</s>' }] }, message: /holds <\/s>/ },
  { body: { messages, n: 2 }, message: /n is not supported/ },
  { body: { messages, max_tokens: 21 }, message: /max_tokens wants a number from 1 to 20/ },
  { body: { messages, temperature: 3 }, message: /temperature wants a number from 0 to 2/ },
  { body: { messages, frobnicate: 1 }, message: /unknown field "frobnicate"/ },
  { body: { messages, logprobs: true }, message: /logprobs is not supported/ },
  { body: { messages, response_format: { type: 'json_object' } }, message: /response_format/ },
  {
    body: { messages: [{ role: 'user', content: 'Paris '.repeat(100) }] },
    message: /leave the oldest/,
  },
  {
    body: { messages: [{ role: 'user', content: 'x'.repeat(5000) }] },
    status: 413,
    message: /larger than 4096/,
  },
];

describe('refuses', () => {
  it.each(refusals)('$message', async ({ body, status = 400, message }) => {
    const response = await post('/v1/chat/completions', JSON.stringify(body));
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toMatch(message);
    expect(response.status).toBe(status);
  });

  it('what is no JSON, another content type, another key, another path', async () => {
    expect((await post('/v1/chat/completions', '{')).status).toBe(400);
    expect(
      (await post('/v1/chat/completions', '{}', { 'content-type': 'text/plain' })).status,
    ).toBe(415);
    const wrong = await post('/v1/chat/completions', '{}', { authorization: 'Bearer other' });
    expect(wrong.status).toBe(401);
    expect((await fetch(`${address}/v1/models`)).status).toBe(401);
    expect((await fetch(`${address}/nowhere`)).status).toBe(404);
    expect(await (await fetch(`${address}/health`)).json()).toEqual({ status: 'ok' });
  });

  it('embeddings of nothing', async () => {
    for (const input of [[], '', [''], 5]) {
      const response = await post('/v1/embeddings', JSON.stringify({ input }));
      expect(response.status).toBe(400);
    }
  });
});

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${address}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: 'Bearer secret', ...headers },
  });
}
