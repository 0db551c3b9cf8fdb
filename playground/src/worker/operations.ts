/**
 * Everything that the worker can do. A new operation is one function of the type `Operation` and one line here; its
 * code is loaded when it is first called.
 *
 * @module
 */
import type { Context } from './protocol.ts';

/** The operations by name. */
export const operations = {
  'run/call': () => import('../run/operations.ts').then(({ call }) => call),
  'training/train': () => import('../training/operations.ts').then(({ train }) => train),
  'training/pause': () => import('../training/operations.ts').then(({ pause }) => pause),
  'training/finish': () => import('../training/operations.ts').then(({ finish }) => finish),
  'attention/look': () => import('../attention/operations.ts').then(({ look }) => look),
  'probabilities/score': () => import('../probabilities/operations.ts').then(({ score }) => score),
  'training/discard': () => import('../training/operations.ts').then(({ discard }) => discard),
} as const;

/** Name of an operation. */
export type OperationName = keyof typeof operations;

type Of<Name extends OperationName> = Awaited<ReturnType<(typeof operations)[Name]>>;

/** What an operation takes. */
export type InputOf<Name extends OperationName> = Parameters<Of<Name>>[0];

/** What an operation gives. */
export type OutputOf<Name extends OperationName> = Awaited<ReturnType<Of<Name>>>;

/** What an operation tells while it runs. */
export type EventOf<Name extends OperationName> =
  Parameters<Of<Name>>[1] extends Context<infer Event> ? Event : never;
