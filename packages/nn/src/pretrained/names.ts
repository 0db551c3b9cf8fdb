/**
 * Names of tensors: from those in a checkpoint to those of a model.
 *
 * @module
 */

/** Old checkpoints call the weight and bias of norms gamma and beta. */
export function modernName(name: string): string {
  return name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');
}

/** Drops the constants 0, 1, 2, … that older checkpoints store as `position_ids`. */
export function withoutPositionIds(name: string): string | undefined {
  return name.endsWith('position_ids') ? undefined : name;
}

/**
 * Fits names to a model with or without a head: a bare checkpoint's names get the prefix that the model with a
 * head has; a model without a head takes the names below the prefix.
 *
 * @param names all names of the checkpoint
 * @param wanted names of the model
 * @returns the model's name for a checkpoint's name
 */
export function fitPrefix(
  names: readonly string[],
  wanted: ReadonlySet<string>,
  prefix: string,
): (name: string) => string {
  const start = `${prefix}.`;
  if (prefix === '') return (name) => name;
  const storedBelow = names.some((name) => name.startsWith(start));
  const wantedBelow = [...wanted].some((name) => name.startsWith(start));
  if (storedBelow === wantedBelow) return (name) => name;
  if (storedBelow) return (name) => (name.startsWith(start) ? name.slice(start.length) : name);
  return (name) => (wanted.has(name) ? name : start + name);
}
