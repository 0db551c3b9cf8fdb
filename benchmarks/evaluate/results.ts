/**
 * The files `benchmarks/results/evaluate-NAME.json`: scores of ours and of the same recipe in PyTorch.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Provenance } from '../harness/machine.ts';
import { RESULTS_FOLDER } from '../harness/results.ts';
import type { Scores } from './experiment.ts';

/** A run that was scored. */
export interface ScoredRun {
  readonly seed: number;
  readonly steps: number;
  /** Whether the run ended before the recipe's last step, as `--steps` asks for. */
  readonly shortened: boolean;
  /** Wall time, on a machine that may have had other work. */
  readonly seconds: number;
  readonly scores: Scores;
}

/** A run of ours, with where and on what it ran. */
export type OurRun = ScoredRun & Provenance & { readonly device: string };

/** What a file holds. */
export interface EvaluationFile {
  readonly experiment: string;
  readonly ours: readonly OurRun[];
  /** Written by `tools/reference/evaluate_*.py`. */
  readonly pytorch: readonly (ScoredRun & { readonly version: string })[];
}

const prefix = 'evaluate-';

/** The file of an experiment; empty where there is none yet. */
export function readEvaluation(experiment: string, folder = RESULTS_FOLDER): EvaluationFile {
  const path = join(folder, `${prefix}${experiment}.json`);
  if (!existsSync(path)) return { experiment, ours: [], pytorch: [] };
  return JSON.parse(readFileSync(path, 'utf8')) as EvaluationFile;
}

/** Names of the experiments that have a file. */
export function evaluated(folder = RESULTS_FOLDER): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .map((name) => name.slice(prefix.length, -'.json'.length))
    .sort();
}

/** Adds a run in the place of one with its seed and length; returns the file's path. */
export function addRun(experiment: string, run: OurRun, folder = RESULTS_FOLDER): string {
  const file = readEvaluation(experiment, folder);
  const others = file.ours.filter(
    ({ seed, shortened }) => seed !== run.seed || shortened !== run.shortened,
  );
  const ours = [...others, run].sort((a, b) => a.seed - b.seed);
  const path = join(folder, `${prefix}${experiment}.json`);
  writeFileSync(`${path}.partial`, `${JSON.stringify({ ...file, ours }, null, 2)}\n`);
  renameSync(`${path}.partial`, path);
  return path;
}
