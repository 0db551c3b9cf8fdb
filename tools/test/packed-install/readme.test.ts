import { expect, test } from 'vitest';
import { checkLearning, firstTypeScriptBlock } from '../../packed-install/readme.ts';

test('takes the first block of TypeScript, and only that', () => {
  const markdown =
    '# x\n```sh\nnpm i\n```\n```ts\nlet a = 1;\n\nlet b = 2;\n```\n```ts\nlet c;\n```\n';
  expect(firstTypeScriptBlock(markdown)).toBe('let a = 1;\n\nlet b = 2;\n');
  expect(() => firstTypeScriptBlock('```sh\n```\n')).toThrow('no ```ts block');
});

test('reads the first and the last loss', () => {
  expect(checkLearning('step 0  loss 2.5\nstep 1  loss: 4e-3\n')).toEqual({
    first: 2.5,
    last: 0.004,
  });
});

test.each([
  ['no losses', 'hello', 'printed 0 losses'],
  ['one loss', 'loss 1', 'printed 1 losses'],
  ['a loss that does not fall', 'loss 1\nloss 0.6', 'did not learn: loss 1 at first, 0.6 at last'],
  ['a loss that is no number', 'loss 1\nloss NaN', 'printed 1 losses'],
])('%s is a failure', (_, output, message) => {
  expect(() => checkLearning(output)).toThrow(message);
});
