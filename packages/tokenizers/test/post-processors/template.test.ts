import { templateProcessing } from 'tokenizers';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTokenizerJson, templateFromText } from '../../src/components/index.ts';
import type { PreTrainedTokenizer } from '../../src/index.ts';
import { editedFile } from '../support/files.ts';
import { Oracle, ourDetails } from '../support/oracle.ts';
import { trainedTokenizer } from '../support/trained.ts';

let tokenizer: PreTrainedTokenizer;
beforeAll(async () => {
  tokenizer = await trainedTokenizer();
});

describe('TemplateProcessing', () => {
  const ids: [string, number][] = [
    ['<s>', 0],
    ['</s>', 1],
    ['<pad>', 2],
  ];

  it.each<[string, string]>([
    ['<s> $A </s>', '<s> $A </s> $B:1 </s>:1'],
    ['$A', '$A $B'],
    ['$ </s>:3', '$0 </s> $B:7'],
    ['$5', '$B:2 <pad> $A:1'],
    ['<s> <s> $a', '$a $b:1'],
    ['$1:2', '$A:9 $A:1 $B'],
  ])('reads and applies %j and %j as the Rust library does', async (single, pair) => {
    const template = templateFromText(single, pair, (token) => tokenizer.token_to_id(token));
    const file = editedFile(tokenizer, (f) => {
      f.post_processor = JSON.parse(
        JSON.stringify(template.toJson(), (_, value) =>
          value instanceof Map ? Object.fromEntries(value) : value,
        ),
      );
    });
    const ours = readTokenizerJson(file);
    const rust = new Oracle(JSON.stringify(file));
    rust.raw.setPostProcessor(templateProcessing(single, pair, ids));
    for (const second of [undefined, 'zweiter Text', '']) {
      expect(ourDetails(ours.encode('erster Text', second, { places: 'code_point' }))).toEqual(
        await rust.encodeFully('erster Text', second),
      );
    }
  });

  it.each<[string, string | undefined, string]>([
    ['<x> $A', undefined, 'the token "<x>" is not in the vocabulary'],
    ['$C', undefined, 'cannot read the part "$C"'],
    ['$A  $A', undefined, 'cannot read the part ""'],
    ['$A $B', undefined, 'the single template names $B'],
    ['$A', '$A </s>', 'must name both $A and $B'],
  ])('refuses %j and %j', (single, pair, message) => {
    expect(() => templateFromText(single, pair, (token) => tokenizer.token_to_id(token))).toThrow(
      message,
    );
  });
});
