/**
 * The order in which kernels run.
 *
 * @module
 */
import { storedBytes } from '../dtype.ts';
import { sizeOf } from '../shape.ts';
import type { Group } from './group.ts';
import type { Vertex } from './vertex.ts';

/** What the order depends on. */
interface OrderContext {
  /** Vertices that own a buffer, with the group that writes it. */
  readonly stored: ReadonlyMap<Vertex, Group>;
  /** Values that outlive the plan: they take no temporary memory. */
  readonly roots: ReadonlySet<Vertex>;
  /** For values that are written over a leaf: that leaf. */
  readonly overwrites: ReadonlyMap<Vertex, Vertex>;
  /** By `again` of a step: the value that what reads through it is not to precede. */
  readonly repeatedAfter: ReadonlyMap<number, Vertex>;
}

/** A group with what is known of it. */
interface Entry {
  readonly group: Group;
  /** Position in the program as it was written. */
  readonly age: number;
  /** Producers that have not run. */
  readonly waitsFor: Set<Entry>;
  readonly dependents: Entry[];
  readonly reads: Vertex[];
  readonly writes: Vertex[];
  /** Leaves that it overwrites. */
  readonly targets: Vertex[];
}

/**
 * Puts groups into an order in which they can run: producers before users. Among those that can run, the one
 * goes first that adds the least temporary memory, or frees the most (a weight's gradient is followed by its
 * update, which ends the gradient), then the oldest. What overwrites a variable waits for its other readers as
 * long as anything else can run, since it must copy otherwise.
 */
export function orderGroups(groups: readonly Group[], context: OrderContext): Group[] {
  return new Scheduler(groups, context).run();
}

class Scheduler {
  readonly #entries: Entry[];
  readonly #readersLeft = new Map<Vertex, number>();
  readonly #entryOf: ReadonlyMap<Group, Entry>;

  constructor(
    groups: readonly Group[],
    readonly context: OrderContext,
  ) {
    const entries = new Map(groups.map((group) => [group, this.#entry(group)]));
    this.#entryOf = entries;
    this.#entries = [...entries.values()];
    for (const entry of this.#entries) {
      for (const source of entry.reads) {
        this.#readersLeft.set(source, (this.#readersLeft.get(source) ?? 0) + 1);
        const producer = entries.get(context.stored.get(source)!);
        if (producer) wait(entry, producer);
      }
    }
    for (const entry of this.#entries) this.#postpone(entry);
  }

  /** Lets a group that begins a repeated computation wait until its results are about to be used. */
  #postpone(entry: Entry): void {
    for (const again of repeatsOf(entry.group)) {
      const after = this.context.repeatedAfter.get(again);
      for (const producer of after ? this.#producersOf(after) : []) {
        if (!dependsOn(producer, entry)) wait(entry, producer);
      }
    }
  }

  /** The group that writes a vertex, or, where it is computed within its users only, those that write what it reads. */
  #producersOf(vertex: Vertex): Entry[] {
    const group = this.context.stored.get(vertex);
    if (group) return [this.#entryOf.get(group)!];
    return vertex.inputs.flatMap(({ source }) => this.#producersOf(source));
  }

  run(): Group[] {
    const ready = this.#entries.filter(({ waitsFor }) => waitsFor.size === 0);
    const order: Group[] = [];
    while (ready.length > 0) {
      const [entry] = ready.splice(this.#next(ready), 1);
      order.push(entry!.group);
      for (const source of entry!.reads) {
        this.#readersLeft.set(source, this.#readersLeft.get(source)! - 1);
      }
      for (const dependent of entry!.dependents) {
        dependent.waitsFor.delete(entry!);
        if (dependent.waitsFor.size === 0) ready.push(dependent);
      }
    }
    if (order.length !== this.#entries.length)
      throw new Error('internal: fused kernels form a cycle');
    return order;
  }

  /** The position of the group to run next. */
  #next(ready: readonly Entry[]): number {
    let best = 0;
    let bestRank: readonly number[] | undefined;
    ready.forEach((entry, i) => {
      const growth = this.#growth(entry);
      const rank = [this.#mustCopy(entry) ? 1 : 0, growth, entry.age];
      if (!bestRank || isLess(rank, bestRank)) [best, bestRank] = [i, rank];
    });
    return best;
  }

  /** Bytes of temporaries that begin to live, less those that end. */
  #growth({ reads, writes }: Entry): number {
    let growth = 0;
    for (const vertex of writes) if (!this.context.roots.has(vertex)) growth += bytesOf(vertex);
    for (const vertex of reads) {
      const isTemporary = vertex.kind !== 'leaf' && !this.context.roots.has(vertex);
      if (isTemporary && this.#readersLeft.get(vertex) === 1) growth -= bytesOf(vertex);
    }
    return growth;
  }

  /** Whether it overwrites what another group has yet to read. */
  #mustCopy({ targets, reads }: Entry): boolean {
    return targets.some(
      (leaf) => (this.#readersLeft.get(leaf) ?? 0) > (reads.includes(leaf) ? 1 : 0),
    );
  }

  #entry(group: Group): Entry {
    const { stored, overwrites } = this.context;
    const members = [...group.members.keys()];
    const writes = members.filter((member) => stored.get(member) === group);
    return {
      group,
      age: Math.max(...members.map(({ written }) => written)),
      waitsFor: new Set(),
      dependents: [],
      reads: [...sourcesOf(group)].filter(
        (source) => source.kind === 'leaf' || stored.get(source) !== group,
      ),
      writes,
      targets: writes.flatMap((member) => overwrites.get(member) ?? []),
    };
  }
}

function wait(entry: Entry, producer: Entry): void {
  if (entry.waitsFor.has(producer)) return;
  entry.waitsFor.add(producer);
  producer.dependents.push(entry);
}

/** Whether a group is, or must run after, another one. */
function dependsOn(entry: Entry, other: Entry): boolean {
  const seen = new Set([entry]);
  for (const each of seen) {
    if (each === other) return true;
    for (const producer of each.waitsFor) seen.add(producer);
  }
  return false;
}

/** The repeated computations that a group begins. */
function repeatsOf({ members }: Group): Set<number> {
  const steps = [...members.keys()].flatMap(({ inputs }) => inputs.flatMap((edge) => edge.steps));
  return new Set(steps.flatMap((step) => ('again' in step ? (step.again ?? []) : [])));
}

function bytesOf({ outputs }: Vertex): number {
  return outputs.reduce((sum, { dtype, shape }) => sum + storedBytes(dtype, sizeOf(shape)), 0);
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && a[at]! < b[at]!;
}

/** Every vertex that a group takes from elsewhere or computes itself, as the source of a read. */
function sourcesOf(group: Group): Set<Vertex> {
  const sources = new Set(group.reads.map(({ edge }) => edge.source));
  for (const member of group.members.keys()) {
    for (const { source } of member.inputs) {
      if (member.kind !== 'elementwise') sources.add(source);
    }
  }
  for (const member of group.members.keys()) sources.delete(member);
  return sources;
}
