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
 * The model's name for a checkpoint's, which may be of a model with or without a head, and so may or may not
 * begin with the name of the model without.
 *
 * @param wanted names of the model
 * @param prefixes how checkpoints call the model without a head
 * @param own how this model calls it; empty if it has no head
 */
export function placeName(
  name: string,
  wanted: ReadonlySet<string>,
  prefixes: readonly string[],
  own: string,
): string {
  if (wanted.has(name)) return name;
  const found = prefixes.find((prefix) => prefix !== '' && name.startsWith(`${prefix}.`));
  const bare = found === undefined ? name : name.slice(found.length + 1);
  const full = own === '' ? bare : `${own}.${bare}`;
  return wanted.has(full) ? full : name;
}
