import type { Experiment } from '../experiment.ts';
import { multi30k } from './multi30k.ts';
import { snips } from './snips.ts';
import { squadAnswers } from './squad.ts';
import { sst2Minilm } from './sst2-minilm.ts';
import { sst2Scratch } from './sst2-scratch.ts';
import { wnut17 } from './wnut17.ts';

/** All experiments by name. */
export const experiments = {
  'sst2-scratch': sst2Scratch,
  'sst2-minilm': sst2Minilm,
  snips,
  wnut17,
  squad: squadAnswers,
  multi30k,
} as const satisfies Readonly<Record<string, Experiment>>;
