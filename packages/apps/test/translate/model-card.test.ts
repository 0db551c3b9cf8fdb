import { lossCurve, modelCard, runningMean } from '@llm/apps';
import { describe, expect, it } from 'vitest';
import { tinySettings } from './tiny.ts';

const scores = (pairs: number) => ({ pairs, model: 30.123, copy: 9.5, nearest: 20 });

describe('the model card', () => {
  const card = modelCard({
    settings: tinySettings,
    evaluation: { all: scores(455), novel: scores(147), translations: [] },
    samples: [{ source: 'a | b', reference: 'r', translation: 't' }],
    parameters: 1_310_208,
    trainingPairs: 8344,
    steps: 1000,
    seconds: 200.4,
    finalLoss: 1.23456,
    command: 'npm start -- --seed 2',
  });

  it('begins with the metadata of the hub', () => {
    const [, metadata] = /^---\n([\s\S]*?)\n---\n/.exec(card)!;
    expect(metadata).toContain('library_name: transformers');
    expect(metadata).toContain(`language: [en, ${tinySettings.language}]`);
  });

  it('tells scores, samples, command and settings', () => {
    expect(card).toContain('| all (455) | 30.12 | 9.50 | 20.00 |');
    expect(card).toContain('| novel (147) | 30.12 | 9.50 | 20.00 |');
    expect(card).toContain('| a \\| b | t | r |');
    expect(card).toContain('1,310,208 parameters');
    expect(card).toContain('npm start -- --seed 2');
    const [, settings] = /```json\n(.*)\n```/.exec(card)!;
    expect(JSON.parse(settings!)).toEqual(tinySettings);
  });

  it('has tables of as many columns as their heads, and fences in pairs', () => {
    expect(card.match(/^```/gm)!.length % 2).toBe(0);
    const tables = card.split('\n\n').filter((part) => part.includes('| --- |'));
    expect(tables).toHaveLength(2);
    for (const table of tables) {
      const rows = table.split('\n').filter((line) => line.startsWith('|'));
      const cells = rows.map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(cells).size).toBe(1);
    }
  });
});

describe('the loss curve', () => {
  const losses = [8, 7.5, 6, 5.5, 4, 3.2];

  it.each([
    ['some steps', losses],
    ['one step', [3]],
    ['no steps', []],
    ['equal losses', [2, 2, 2]],
  ])('is well-formed SVG with finite coordinates: %s', (_, values) => {
    const svg = lossCurve(values);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const open: string[] = [];
    for (const [, closing, name, self] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!self) open.push(name!);
    }
    expect(open).toEqual([]);
  });

  it('draws every step inside the picture, falling as the loss falls', () => {
    const path = /<path d="(M[^"]*L[^"]*)" fill="none"/.exec(lossCurve(losses))![1]!;
    const points = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [+x!, +y!]);
    expect(points).toHaveLength(losses.length);
    for (const [i, [x, y]] of points.entries()) {
      expect(x).toBeLessThanOrEqual(640);
      expect(y).toBeLessThanOrEqual(260);
      if (i > 0) expect(y).toBeGreaterThan(points[i - 1]![1]!);
    }
  });

  it('follows the losses by a running mean', () => {
    expect(runningMean([4, 2])).toEqual([4, 3]);
    expect(runningMean([])).toEqual([]);
  });
});
