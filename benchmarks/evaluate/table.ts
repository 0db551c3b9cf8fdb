/**
 * The table of scores.
 *
 * @module
 */
import type { Experiment } from './experiment.ts';
import { experiments } from './experiments/index.ts';
import type { EvaluationFile, ScoredRun } from './results.ts';

/** A Markdown table: a line for each score of each experiment that has a file. */
export function scoresTable(files: readonly EvaluationFile[]): string {
  const head =
    '| experiment | score | ours | PyTorch | bar | | seeds | steps | minutes |\n' +
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |';
  const known: Readonly<Record<string, Experiment>> = experiments;
  const rows = Object.keys(known).flatMap((name) => {
    const file = files.find(({ experiment }) => experiment === name);
    return file ? linesOf(known[name]!, file) : [];
  });
  return rows.length === 0 ? 'No scores yet.' : [head, ...rows].join('\n');
}

function linesOf(experiment: Experiment, file: EvaluationFile): string[] {
  return [false, true].flatMap((shortened) => {
    const of = <Each extends ScoredRun>(runs: readonly Each[]) =>
      runs.filter((each) => each.shortened === shortened);
    const [ours, peers] = [of(file.ours), of(file.pytorch)];
    if (ours.length === 0 && peers.length === 0) return [];
    const names = Object.keys((ours[0] ?? peers[0])!.scores);
    return names.map((name) => {
      const [own, peer] = [meanOf(ours, name), meanOf(peers, name)];
      // A shortened run shows that the recipe works; it is held against no bar.
      const bars = shortened ? [] : barsOf(experiment, name, peer);
      const isScored = own !== undefined && bars.length > 0;
      const passes = isScored && bars.every(({ least }) => own >= least);
      const cells = [
        `${experiment.name}${shortened ? ' (shortened)' : ''}`,
        name,
        shown(own),
        shown(peer),
        bars.map(({ text }) => text).join(', ') || '–',
        isScored ? (passes ? 'pass' : 'short') : '',
        [...new Set([...ours, ...peers].map(({ seed }) => seed))].join(', '),
        [...new Set([...ours, ...peers].map(({ steps }) => steps))].join(', '),
        ours.map(({ seconds }) => (seconds / 60).toFixed(1)).join(', '),
      ];
      return `| ${cells.join(' | ')} |`;
    });
  });
}

/** What is asked for: a score, and no more than so many points below PyTorch's. */
function barsOf(
  { bars, belowPyTorch }: Experiment,
  name: string,
  peer: number | undefined,
): { least: number; text: string }[] {
  const bar = bars[name];
  const below = belowPyTorch[name];
  return [
    ...(bar === undefined ? [] : [{ least: bar, text: `≥ ${bar}` }]),
    ...(below === undefined || peer === undefined
      ? []
      : [{ least: peer - below, text: `≥ PyTorch − ${below}` }]),
  ];
}

function meanOf(runs: readonly ScoredRun[], name: string): number | undefined {
  if (runs.length === 0) return undefined;
  return runs.reduce((sum, { scores }) => sum + (scores[name] ?? Number.NaN), 0) / runs.length;
}

function shown(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}
