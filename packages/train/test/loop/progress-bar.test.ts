import { PassThrough } from 'node:stream';
import { formatDuration, progressBar, progressLine, type StepEvent } from '@llm/train';
import { describe, expect, it } from 'vitest';

const event: StepEvent = {
  step: 120,
  steps: 2000,
  loss: 2.41349,
  learningRate: 1e-3,
  tokens: 1024,
  tokensPerSecond: 15360.4,
  elapsedSeconds: 8,
  remainingSeconds: 185,
};

/** A stream that remembers what is written. */
function recorder(isTTY: boolean) {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const terminal = {
    isTTY,
    columns: 100,
    cursorTo: () => {},
    clearLine: () => {},
    moveCursor: () => {},
  };
  return {
    stream: Object.assign(stream, terminal),
    text: () => text,
  };
}

describe('progress', () => {
  it('reads as one line', () => {
    expect(progressLine(event)).toBe('step 120/2000  loss 2.413  15,360 tokens/s  3:05 left');
    expect(progressLine({ ...event, tokensPerSecond: 0 })).toBe(
      'step 120/2000  loss 2.413  3:05 left',
    );
  });

  it.each([
    [7.4, '0:07'],
    [59.9, '1:00'],
    [185, '3:05'],
    [3723, '1:02:03'],
  ])('%f seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('is a bar on a terminal', async () => {
    const { stream, text } = recorder(true);
    const bar = progressBar({ stream });
    await bar.onTrainBegin!({ startStep: 0, steps: 2000 });
    await bar.onStep!({ ...event, step: 2000 });
    await bar.onTrainEnd!(undefined);
    expect(text()).toContain('step 0/2000');
    expect(text()).toContain('step 2000/2000  loss 2.413');
  });

  it('is a line now and then elsewhere, and at the end', async () => {
    const { stream, text } = recorder(false);
    const bar = progressBar({ stream, interval: 10 });
    await bar.onTrainBegin!({ startStep: 0, steps: 2000 });
    for (const elapsedSeconds of [1, 5, 12]) await bar.onStep!({ ...event, elapsedSeconds });
    await bar.onStep!({ ...event, step: 2000, elapsedSeconds: 13 });
    expect(text().trim().split('\n')).toHaveLength(3);
    expect(text()).toContain('step 2000/2000');
  });
});
