import { openFiles } from '@llm/hub';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AutoTokenizer,
  type ChatMessage,
  type ChatTemplateOptions,
  type PreTrainedTokenizer,
} from '../../src/index.ts';
import { trainedTokenizer } from '../support/trained.ts';

const CHATML =
  "{% for m in messages %}{{ '<s>' + m.role + '\n' + m.content + '</s>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<s>assistant\n' }}{% endif %}";
const MARKED =
  "{% for m in messages %}{{ '<s>' + m.role + '\n' }}{% if m.role == 'assistant' %}{% generation %}{{ m.content + '</s>' }}{% endgeneration %}{% else %}{{ m.content + '</s>' }}{% endif %}{% endfor %}";
const messages: ChatMessage[] = [
  { role: 'user', content: 'Datei öffnen?' },
  { role: 'assistant', content: 'Die Datei 🙂 kann nicht geöffnet werden' },
];

/** The trained tokenizer, loaded from a folder with more files. */
async function tokenizerWith(files: Record<string, string>): Promise<PreTrainedTokenizer> {
  const base = (await trainedTokenizer()).toFiles();
  return AutoTokenizer.from_pretrained(openFiles({ ...base, ...files }));
}

describe('apply_chat_template', () => {
  let tokenizer: PreTrainedTokenizer;
  beforeAll(async () => {
    tokenizer = await tokenizerWith({ 'chat_template.jinja': CHATML });
  });

  it('gives text, ids, or an object of lists', async () => {
    const text = await tokenizer.apply_chat_template(messages, { tokenize: false });
    expect(text).toBe(
      '<s>user\nDatei öffnen?</s>\n<s>assistant\nDie Datei 🙂 kann nicht geöffnet werden</s>\n',
    );
    const ids = await tokenizer.apply_chat_template(messages);
    expect(ids).toEqual(tokenizer.encode(text, { add_special_tokens: false }));
    const all = await tokenizer.apply_chat_template(messages, { return_dict: true });
    expect(all).toEqual({ input_ids: ids, attention_mask: ids.map(() => 1) });
    const batch = await tokenizer.apply_chat_template([messages, messages.slice(0, 1)], {
      return_dict: true,
      padding: true,
    });
    expect(batch.input_ids[0]).toEqual(ids);
    expect(batch.input_ids[1]!.length).toBe(ids.length);
  });

  it.each([
    ['by prefixes', CHATML, '</s>\n'],
    ['by generation blocks', MARKED, '</s>'],
  ])('masks what the assistant said, %s', async (_, chat_template, end) => {
    const options = {
      chat_template,
      return_dict: true,
      return_assistant_tokens_mask: true,
    } as const;
    const { input_ids, assistant_masks } = await tokenizer.apply_chat_template(messages, options);
    const said = input_ids.filter((_, index) => assistant_masks![index] === 1);
    expect(tokenizer.decode(said)).toBe(`${messages[1]!.content}${end}`);
    const padded = await tokenizer.apply_chat_template([messages, messages.slice(0, 1)], {
      ...options,
      padding: 'max_length',
      max_length: 100,
    });
    expect(padded.assistant_masks!.map((mask) => mask.length)).toEqual([100, 100]);
    expect(padded.assistant_masks![0]!.slice(0, input_ids.length)).toEqual(assistant_masks);
    expect(padded.assistant_masks![1]).toEqual(new Array(100).fill(0));
  });

  it('reads named templates, and the one for tools', async () => {
    const config = JSON.parse((await trainedTokenizer()).toFiles()['tokenizer_config.json']!);
    const named = [
      { name: 'default', template: 'default' },
      { name: 'tool_use', template: 'tools: {{ tools | length }}' },
      { name: 'rag', template: '{{ documents[0].title }}' },
    ];
    const several = await tokenizerWith({
      'tokenizer_config.json': JSON.stringify({ ...config, chat_template: named }),
    });
    const text = (options: ChatTemplateOptions) =>
      several.apply_chat_template(messages, { ...options, tokenize: false });
    expect(await text({})).toBe('default');
    expect(await text({ tools: [{}, {}] })).toBe('tools: 2');
    expect(await text({ chat_template: 'rag', documents: [{ title: 'T' }] })).toBe('T');
    expect(await text({ chat_template: '{{ bos_token }}' })).toBe('<s>');
    expect(await text({ chat_template: '{{ x }}', chat_template_kwargs: { x: 7 } })).toBe('7');
  });

  it.each<[ChatTemplateOptions & { tokenizes?: never }, string]>([
    [{ chat_tempalte: 'x' } as ChatTemplateOptions, 'unknown option "chat_tempalte"'],
    [{ return_dict: true, tokenize: false }, 'return_dict with tokenize: false'],
    [{ return_assistant_tokens_mask: true }, 'needs return_dict'],
    [{ add_generation_prompt: true, continue_final_message: true }, 'exclude each other'],
  ])('refuses %j', async (options, message) => {
    const call = tokenizer.apply_chat_template as (
      chat: readonly ChatMessage[],
      options: ChatTemplateOptions,
    ) => Promise<unknown>;
    await expect(call.call(tokenizer, messages, options)).rejects.toThrow(message);
  });

  it('refuses what is no conversation, and a tokenizer without a template', async () => {
    await expect(tokenizer.apply_chat_template([])).rejects.toThrow('at least one message');
    await expect(
      tokenizer.apply_chat_template([{ content: 'x' } as unknown as ChatMessage]),
    ).rejects.toThrow('message 0');
    const plain = await trainedTokenizer();
    await expect(plain.apply_chat_template(messages)).rejects.toThrow('no chat template');
  });
});
