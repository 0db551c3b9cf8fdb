/**
 * Bounds on work that waits.
 *
 * A lazy graph that is extended step after step (`total = total.add(loss)`) would keep every step's values
 * alive. So each node knows how many steps lie behind it; what reaches back over steps is computed along with
 * the next result that is read, and past a budget its history is let go. A step ends where values are read.
 *
 * @module
 */
import { type Node, observeNodes } from './graph.ts';
import { registerPending, submitNodes } from './runtime.ts';
import { activeTrace } from './trace.ts';

/** How far waiting work may reach. */
export interface PendingBudget {
  /** Steps whose history a value keeps for gradients. Default 64. */
  readonly steps: number;
  /** Bytes of realized values that the history over several steps keeps. Default 256 MiB. */
  readonly bytes: number;
  /** Length of a chain of operations that waits within one step. Default 10,000. */
  readonly nodes: number;
}

let budget: PendingBudget = { steps: 64, bytes: 256 * 2 ** 20, nodes: 10_000 };
let step = 0;
let warned = false;

/** Ends of graphs that reach back over steps; each is computed with whatever is next. */
const ends = new Map<number, WeakRef<Node>>();

/**
 * Changes how far work that waits may reach.
 *
 * @returns the budget before.
 */
export function setPendingBudget(change: Partial<PendingBudget>): PendingBudget {
  const before = budget;
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(budget, name)) {
      throw new TypeError(
        `setPendingBudget: unknown option '${name}'; it takes 'steps', 'bytes', 'nodes'`,
      );
    }
    if (!(value >= 2))
      throw new RangeError(`setPendingBudget: ${name} must be at least 2: got ${value}`);
  }
  budget = { ...budget, ...change };
  warned = false;
  return before;
}

/** Begins to bound the work that waits. @internal */
export function watchPendingWork(): void {
  registerPending({
    nodes: () => {
      step++;
      const found = [...ends.values()].flatMap((reference) => reference.deref() ?? []);
      ends.clear();
      return found;
    },
  });
  observeNodes((node) => {
    if (activeTrace()) return;
    measure(node);
    if (node.stepsBehind >= 2) {
      for (const input of node.inputs) ends.delete(input.id);
      ends.set(node.id, new WeakRef(node));
      if (node.stepsBehind >= budget.steps || node.bytesBehind > budget.bytes) letGo(node);
    }
    if (node.depth > budget.nodes) submitEarly(node);
  });
}

/** Adds up what lies behind a node. */
function measure(node: Node): void {
  node.step = step;
  let stored = 0;
  let within = 0;
  let across = 0;
  for (const input of new Set(node.inputs)) {
    if (input.inputs.length === 0) {
      stored += input.storage?.bytes ?? 0;
      continue;
    }
    node.depth = Math.max(node.depth, input.depth + 1);
    if (input.step < step) {
      node.stepsBehind = Math.max(node.stepsBehind, input.stepsBehind + 1);
      across += input.bytesBehind;
    } else {
      node.stepsBehind = Math.max(node.stepsBehind, input.stepsBehind);
      within = Math.max(within, input.bytesBehind);
    }
  }
  node.bytesBehind = stored + within + across;
}

/** Makes values of earlier steps forget how they were computed. */
function letGo(node: Node): void {
  const old = node.inputs.filter((input) => input.step < step && input.inputs.length > 0);
  if (old.length === 0) return;
  for (const input of old) {
    if (!input.storage && !submitNodes([input])) return;
    input.inputs = [];
    input.isCut = true;
  }
  warnOnce(
    `'${node.op.name}' reaches back over ${node.stepsBehind} steps. Their history is let go to save memory: no gradient flows through it. Detach what is added up, as in total = total.add(loss.detach())`,
  );
  node.depth = 0;
  node.stepsBehind = 0;
  node.bytesBehind = 0;
}

function submitEarly(node: Node): void {
  if (!submitNodes([node])) return;
  node.depth = 0;
  warnOnce(
    `more than ${budget.nodes} operations in a chain wait to be computed; they are started now. Read or realize() a result once per step`,
  );
}

function warnOnce(message: string): void {
  if (warned) return;
  warned = true;
  console.warn(`pending work: ${message} (${callSite()}).`);
}

/** Where the code outside this package is. */
function callSite(): string {
  const { pathname } = new URL('.', import.meta.url);
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  const outside = frames.find(
    (frame) => !frame.includes(pathname) && !frame.includes('node:internal'),
  );
  return outside?.trim() ?? 'call site unknown';
}
