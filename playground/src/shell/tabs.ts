import type { ComponentType } from 'preact';
import type { ParameterChanges, Parameters } from '../state/link.ts';
import type { Engine } from '../worker/engine.ts';

/** What every tab gets. */
export interface TabProps {
  /** Calls operations of the worker. */
  readonly engine: Engine;
  /** The device that was chosen: `auto`, `webgpu` or `wasm`. */
  readonly device: string;
  /** The tab's settings, from the page's address: whatever a link shall keep. */
  readonly parameters: Parameters;
  /** Changes settings. */
  change(changes: ParameterChanges): void;
  /** Shows another tab with these settings. */
  open(tab: string, parameters: Parameters): void;
  /** Tells something to people who do not see the page; for what appears without their doing. */
  announce(message: string): void;
}

/** A tab. */
export interface Tab {
  /** Its name in the address. */
  readonly id: string;
  /** Its name on the page. */
  readonly title: string;
  /** Loads its code, when it is first shown. */
  load(): Promise<ComponentType<TabProps>>;
}

/** The tabs, in their order. A new one is a component and a line here. */
export const tabs: readonly Tab[] = [
  { id: 'run', title: 'Run', load: () => import('../run/run-tab.tsx').then((m) => m.RunTab) },
  {
    id: 'training',
    title: 'Train',
    load: () => import('../training/training-tab.tsx').then((m) => m.TrainingTab),
  },
  {
    id: 'attention',
    title: 'Attention',
    load: () => import('../attention/attention-tab.tsx').then((m) => m.AttentionTab),
  },
  {
    id: 'probabilities',
    title: 'Probabilities',
    load: () => import('../probabilities/probability-tab.tsx').then((m) => m.ProbabilityTab),
  },
];
