import { backward, CRF, type Tensor, tensor } from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../support/values.ts';

const TAGS = 3;
const LENGTH = 4;
const LENGTHS = [4, 2, 1];
const BATCH = LENGTHS.length;

/** Numbers that look random. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + seed) * 2);

/** Emissions [length, batch, tags] and weights as plain numbers. */
const plain = {
  emissions: numbers(LENGTH * BATCH * TAGS, 1),
  start_transitions: numbers(TAGS, 2),
  end_transitions: numbers(TAGS, 3),
  transitions: numbers(TAGS * TAGS, 4),
};
type Numbers = { [Name in keyof typeof plain]: ArrayLike<number> };

const tags = [
  [0, 2, 1],
  [1, 0, -100],
  [2, -100, 7],
  [1, 5, -100],
]; // [length, batch]; what lies under padding is no tag
const mask = tags.map((_, t) => LENGTHS.map((length) => t < length));

/** The score of a path by the formula. */
function score(of: Numbers, b: number, path: readonly number[]): number {
  return path.reduce(
    (sum, tag, t) =>
      sum +
      of.emissions[(t * BATCH + b) * TAGS + tag]! +
      (t > 0 ? of.transitions[path[t - 1]! * TAGS + tag]! : of.start_transitions[tag]!),
    of.end_transitions[path.at(-1)!]!,
  );
}

function allPaths(length: number): number[][] {
  if (length === 0) return [[]];
  return allPaths(length - 1).flatMap((path) => [0, 1, 2].map((tag) => [...path, tag]));
}

/** Log-likelihoods by trying all paths. */
function bruteForce(of: Numbers): number[] {
  return LENGTHS.map((length, b) => {
    const own = tags.slice(0, length).map((row) => row[b]!);
    const total = allPaths(length).reduce((sum, path) => sum + Math.exp(score(of, b, path)), 0);
    return score(of, b, own) - Math.log(total);
  });
}

function made(batch_first = false): { crf: CRF; emissions: Tensor; tags: Tensor; mask: Tensor } {
  const crf = new CRF(TAGS, { batch_first });
  crf.loadStateDict({
    start_transitions: tensor(plain.start_transitions),
    end_transitions: tensor(plain.end_transitions),
    transitions: tensor(plain.transitions, [TAGS, TAGS]),
  });
  const turn = (x: Tensor) => (batch_first ? x.transpose(0, 1) : x);
  return {
    crf,
    emissions: turn(tensor(plain.emissions, [LENGTH, BATCH, TAGS])),
    tags: turn(tensor(tags, undefined, { dtype: 'i32' })),
    mask: turn(tensor(mask)),
  };
}

describe('CRF', () => {
  it('gives the log-likelihood that trying all paths gives', async () => {
    const wanted = bruteForce(plain);
    for (const batch_first of [false, true]) {
      const { crf, emissions, tags, mask } = made(batch_first);
      const each = crf.forward(emissions, tags, { mask, reduction: 'none' });
      for (const got of [valuesOf(each), await each.data()]) {
        wanted.forEach((value, b) => {
          expect(got[b]).toBeCloseTo(value, 5);
        });
      }
    }
  });

  it('reduces as asked', () => {
    const { crf, emissions, tags, mask } = made();
    const sum = bruteForce(plain).reduce((total, value) => total + value);
    const value = (reduction: 'sum' | 'mean' | 'token_mean') =>
      valuesOf(crf.forward(emissions, tags, { mask, reduction }))[0];
    expect(value('sum')).toBeCloseTo(sum, 5);
    expect(value('mean')).toBeCloseTo(sum / 3, 5);
    expect(value('token_mean')).toBeCloseTo(sum / 7, 5);
  });

  it('has the gradients of finite differences', () => {
    const { crf, emissions, tags, mask } = made();
    backward(crf.forward(emissions, tags, { mask }));
    for (const [name, parameter] of crf.namedParameters()) {
      const key = name as keyof Numbers;
      const gradient = valuesOf(parameter.grad!);
      plain[key].forEach((value, i) => {
        const at = (x: number) => {
          const moved = { ...plain, [key]: Float64Array.from(plain[key]).with(i, x) };
          return bruteForce(moved).reduce((sum, one) => sum + one);
        };
        expect(gradient[i], `${name} ${i}`).toBeCloseTo(
          (at(value + 1e-4) - at(value - 1e-4)) / 2e-4,
          5,
        );
      });
    }
  });

  it('finds the best path, −100 under padding', async () => {
    const { crf, emissions, mask } = made();
    const { tags: found, score: scores } = crf.decode(emissions, { mask });
    const got = await found.data();
    expect(found.shape).toEqual([LENGTH, BATCH]);
    for (const [b, length] of LENGTHS.entries()) {
      const ranked = allPaths(length).sort((p, q) => score(plain, b, q) - score(plain, b, p));
      const wanted = Array.from({ length: LENGTH }, (_, t) => ranked[0]![t] ?? -100);
      expect(wanted.map((_, t) => got[t * BATCH + b])).toEqual(wanted);
      expect((await scores.data())[b]).toBeCloseTo(score(plain, b, ranked[0]!), 5);
    }
  });

  it('takes sequences of one element and no mask', async () => {
    const { crf, emissions, tags } = made();
    const first = emissions.slice([0, 1]);
    expect(crf.forward(first, tags.slice([0, 1])).shape).toEqual([]);
    const path = await crf.decode(first).tags.data();
    const best = LENGTHS.map((_, b) => {
      const all = [0, 1, 2].map((tag) => score(plain, b, [tag]));
      return all.indexOf(Math.max(...all));
    });
    expect([...path]).toEqual(best);
  });

  it('refuses shapes that do not fit', () => {
    const { crf, emissions, tags, mask } = made();
    expect(() => new CRF(0)).toThrow('from 1: got 0');
    expect(() => crf.forward(emissions.slice(null, null, [0, 2]), tags)).toThrow(
      'wants emissions [length, batch, 3]',
    );
    expect(() => crf.forward(emissions, tags, { mask: mask.transpose(0, 1) })).toThrow(
      'mask [3, 4]',
    );
    expect(() => crf.forward(emissions, tags.transpose(0, 1))).toThrow('tags [3, 4] do not fit');
  });
});
