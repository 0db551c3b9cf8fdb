import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/chat/messages.ts';
import type { ChatTemplateOptions } from '../../src/chat/options.ts';
import { renderChats } from '../../src/chat/render-chat.ts';
import rendered from '../fixtures/chat/rendered.json' with { type: 'json' };

const template = (name: string) =>
  readFileSync(new URL(`../fixtures/chat/templates/${name}.jinja`, import.meta.url), 'utf8');

type Conversation = { messages: ChatMessage[] } & ChatTemplateOptions;
const conversations = rendered.conversations as unknown as Record<string, Conversation>;

/** Renders as the reference script does: with the mask wherever it is allowed. */
async function render(name: string, conversation: string) {
  const { messages, ...options } = conversations[conversation]!;
  const marked = template(name).includes('generation %}');
  const [chat] = await renderChats(template(name), [messages], rendered.specials, {
    ...options,
    ...(marked && !options.continue_final_message && { return_assistant_tokens_mask: true }),
  });
  return chat!;
}

const cases = rendered.cases as {
  template: string;
  conversation: string;
  text?: string;
  spans?: string[];
  error?: string;
}[];

describe('chat templates equal Python', () => {
  const good = cases.filter(({ error }) => error === undefined);
  it.each(good.map((each) => [each.template, each.conversation, each] as const))(
    '%s, %s',
    async (name, conversation, { text, spans }) => {
      const chat = await render(name, conversation);
      expect(chat.text).toBe(text);
      expect(chat.spans.map(({ start, end }) => chat.text.slice(start, end))).toEqual(spans ?? []);
    },
  );

  const bad = cases.filter(({ error }) => error !== undefined);
  it.each(bad.map((each) => [each.template, each.conversation, each.error!] as const))(
    '%s, %s is refused: %s',
    async (name, conversation, message) => {
      const attempt = render(name, conversation);
      await expect(attempt).rejects.toThrow('chat template');
      // What the template itself says is passed on.
      if (/roles|supported/.test(message)) await expect(attempt).rejects.toThrow(message);
    },
  );
});

describe('what the assistant said, by prefixes', () => {
  const spansOf = async (name: string, messages: ChatMessage[]) => {
    const [chat] = await renderChats(template(name), [messages], rendered.specials, {
      return_assistant_tokens_mask: true,
    });
    return chat!.spans.map(({ start, end }) => chat!.text.slice(start, end));
  };
  const question = { role: 'user', content: 'Q' };
  const answer = (content: string) => ({ role: 'assistant', content });

  it('is each turn with what ends it', async () => {
    const messages = [question, answer('One'), question, answer('Two')];
    expect(await spansOf('chatml', messages)).toEqual(['One<|im_end|>\n', 'Two<|im_end|>\n']);
    expect(await spansOf('llama3', messages)).toEqual(['One<|eot_id|>', 'Two<|eot_id|>']);
  });

  it('leaves out what a template says only at the end of a conversation', async () => {
    expect(await spansOf('qwen3', [question, answer('One'), question, answer('Two')])).toEqual([
      'One<|im_end|>\n',
      '<think>\n\n</think>\n\nTwo<|im_end|>\n',
    ]);
    expect(
      await spansOf('qwen3', [question, answer('<think>\nhm\n</think>\n\nOne'), question]),
    ).toEqual(['One<|im_end|>\n']);
  });

  it('is found where the generation prompt opens thoughts', async () => {
    expect(await spansOf('deepseek', [question, answer('One'), question])).toEqual(['One</s>']);
  });

  it('is refused where it cannot be told', async () => {
    await expect(spansOf('chatml', [answer('One')])).rejects.toThrow('message 0');
    const last = '{{ messages[-1].role }}: {{ messages[-1].content }}';
    const messages = [question, answer('One'), question];
    await expect(
      renderChats(last, [messages], {}, { return_assistant_tokens_mask: true }),
    ).rejects.toThrow('{% generation %}');
  });
});
