export type { TrialResult } from './journal.ts';
export type { SearchOptions, SearchResult } from './search.ts';
export type { Distribution, Hyperparameters, HyperparameterValue, SearchSpace } from './space.ts';
