import type { Binding, Kernel, KernelStep } from './kernel.ts';

/**
 * The step for the case that some of its arguments are one buffer, which a shader may bind only once if it
 * writes it: their bindings become one. Arguments that are only read stay apart.
 *
 * @param identity of each argument: equal where they are one buffer
 */
export function mergeAliases(step: KernelStep, identity: (argument: number) => number): KernelStep {
  const { kernel, args } = step;
  const identities = args.map(identity);
  const into = identities.map((own, i) => {
    const written = identities.findIndex(
      (other, j) => other === own && kernel.bindings[j]!.access === 'write',
    );
    return written < 0 ? i : written;
  });
  if (into.every((target, i) => target === i)) return step;
  const kept = into.flatMap((target, i) => (target === i ? [i] : []));
  let { code } = kernel;
  into.forEach((target, i) => {
    if (target !== i) code = rename(kernel, code, kernel.bindings[i]!, kernel.bindings[target]!);
  });
  const bindings = kept.map((i) => kernel.bindings[i]!);
  return { kernel: { ...kernel, bindings, code }, args: kept.map((i) => args[i]!) };
}

function rename(kernel: Kernel, code: string, from: Binding, to: Binding): string {
  if (from.type !== to.type) {
    throw new Error(
      `internal: kernel '${kernel.name}' sees one buffer as ${from.type} and as ${to.type}`,
    );
  }
  return code.replace(new RegExp(`\\b${from.name}\\b`, 'g'), to.name);
}
