import { AutoModelForSequenceClassification, StateDictError } from '@llm/nn';
import { expect, it, vi } from 'vitest';
import { readModelCase } from '../support/model-case.ts';

it('a head for other classes is an error that names the way out, and can be left out', async () => {
  const { folder } = readModelCase('bert-SequenceClassification');
  const { from_pretrained } = AutoModelForSequenceClassification;
  const config = { num_labels: 7 };
  const error = await from_pretrained(folder, { config }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StateDictError);
  expect((error as StateDictError).message).toMatch(
    /classifier\.weight: got \[\d+, \d+\], wants \[7, \d+\].*ignore_mismatched_sizes: true/s,
  );

  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const model = await from_pretrained(folder, { config, ignore_mismatched_sizes: true });
  expect(warn.mock.calls.join()).toContain('classifier.bias of');
  warn.mockRestore();
  expect(model.load_report!.misshaped.map(({ name }) => name).sort()).toEqual([
    'classifier.bias',
    'classifier.weight',
  ]);
  const { logits } = model.forward({ input_ids: [[1, 2, 3]] });
  expect(logits.shape).toEqual([1, 7]);
  const values = await logits.data();
  expect(new Set(values).size).toBeGreaterThan(1); // drawn, not zeros
});
