/**
 * What generates in other ways than greedily or by sampling with one model, and is loaded where a call wants it. It is
 * one file, since bundlers cut what it shares with the rest into more pieces the more files are loaded apart.
 *
 * @module
 */
export { checkAssistant, makeGuesser } from './assistant.ts';
export { assistedSteps } from './assisted.ts';
export { beamSearch } from './beam.ts';
export { groupBeamSearch } from './beam-groups.ts';
export { Guidance } from './guidance.ts';
