/**
 * In which order the groups of a fused graph run.
 *
 * @module
 */
import type { Group } from './group.ts';
import type { Vertex } from './vertex.ts';

/** Producers before users; among those that can run, the oldest first. */
export function inOrder(groups: readonly Group[], stored: ReadonlyMap<Vertex, Group>): Group[] {
  const waiting = new Map<Group, Set<Group>>();
  const dependents = new Map<Group, Group[]>();
  for (const group of groups) {
    const needs = new Set<Group>();
    for (const source of sourcesOf(group)) {
      const producer = stored.get(source);
      if (producer && producer !== group) needs.add(producer);
    }
    waiting.set(group, needs);
    for (const producer of needs) {
      dependents.set(producer, [...(dependents.get(producer) ?? []), group]);
    }
  }
  const age = new Map(
    groups.map((group) => [group, Math.max(...[...group.members.keys()].map(({ id }) => id))]),
  );
  const ready = groups.filter((group) => waiting.get(group)!.size === 0);
  const order: Group[] = [];
  while (ready.length > 0) {
    let oldest = 0;
    ready.forEach((group, i) => {
      if (age.get(group)! < age.get(ready[oldest]!)!) oldest = i;
    });
    const [group] = ready.splice(oldest, 1);
    order.push(group!);
    for (const dependent of dependents.get(group!) ?? []) {
      const needs = waiting.get(dependent)!;
      needs.delete(group!);
      if (needs.size === 0) ready.push(dependent);
    }
  }
  if (order.length !== groups.length) throw new Error('internal: fused kernels form a cycle');
  return order;
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
