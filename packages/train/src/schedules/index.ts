export { Scheduler } from './scheduler.ts';
export type { DecayOptions, Schedule, WarmupOptions } from './schedules.ts';
export * as schedules from './schedules.ts';
