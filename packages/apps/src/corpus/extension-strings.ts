/** A message and its translation, as the packages spell them. */
export type RawPair = readonly [source: string, target: string];

/**
 * The English message in a key of an extension's bundle. Keys are `message` or `message/comment`,
 * and messages hold slashes of their own; a comment is told by what surrounds its slash: it opens
 * with `{Locked=`, or with a capital or a quote right after the message's closing punctuation.
 *
 * @param key - for example `Your Code: {0}/The {0} will be a code, e.g. 123-456`
 */
export function messageOfBundleKey(key: string): string {
  const comment = key.search(/\/\{Locked=|(?<=[.?!)}:])\/(?=["A-Z])/);
  return comment < 0 ? key : key.slice(0, comment);
}

/**
 * Reads the extensions' bundles of a language pack, in the order of file names and keys. Only
 * bundles keyed by the English message are read: the other section names messages by identifiers.
 *
 * @param packFolder - folder of the installed language pack
 */
export async function readExtensionStrings(packFolder: string): Promise<RawPair[]> {
  const { readFile, readdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const folder = join(packFolder, 'translations', 'extensions');
  const pairs: RawPair[] = [];
  for (const name of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
    const file: { contents?: { bundle?: Record<string, unknown> } } = JSON.parse(
      await readFile(join(folder, name), 'utf8'),
    );
    for (const [key, target] of Object.entries(file.contents?.bundle ?? {})) {
      if (typeof target === 'string') pairs.push([messageOfBundleKey(key), target]);
    }
  }
  return pairs;
}
