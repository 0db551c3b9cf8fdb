export { type PlateauOptions, type PlateauState, ReduceLROnPlateau } from './plateau.ts';
export { Scheduler } from './scheduler.ts';
export type {
  DecayOptions,
  OneCycleOptions,
  RampType,
  Schedule,
  WarmupOptions,
} from './schedules.ts';
export * as schedules from './schedules.ts';
