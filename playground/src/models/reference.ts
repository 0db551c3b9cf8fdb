/**
 * Which model is meant: as text in links and fields, and as a value that the worker opens.
 *
 * @module
 */

/** A model's place. */
export type ModelReference =
  /** A repository of the hub. */
  | { readonly kind: 'repository'; readonly id: string }
  /** A folder on the web. */
  | { readonly kind: 'url'; readonly url: string }
  /** A model that was saved on this page; see `saved.ts`. */
  | { readonly kind: 'saved'; readonly name: string }
  /** A folder of this computer, which was picked since the page was opened. */
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly PickedFile[] };

/** A file of a picked folder. */
export interface PickedFile {
  /** Its path inside the folder, with `/` between parts. */
  readonly name: string;
  /** The file; it is read only where the model needs it. */
  readonly file: File;
}

/** Folders that were picked since the page was opened: a link cannot hold their files, only their names. */
const pickedFolders = new Map<string, readonly PickedFile[]>();

/**
 * Remembers the files that a directory input gave, and returns the folder's reference as text.
 *
 * @throws Error if the folder holds no model
 */
export function rememberFolder(files: Iterable<File>): string {
  const picked = Array.from(files, (file) => {
    const [folder = '', ...path] = (file.webkitRelativePath || file.name).split('/');
    return path.length === 0
      ? { folder: 'files', name: folder, file }
      : { folder, name: path.join('/'), file };
  });
  const folder = picked[0]?.folder ?? 'empty folder';
  if (!picked.some(({ name }) => name === 'config.json')) {
    throw new Error(
      `"${folder}" holds no config.json; choose the folder with config.json, model.safetensors and tokenizer.json`,
    );
  }
  pickedFolders.set(
    folder,
    picked.map(({ name, file }) => ({ name, file })),
  );
  return `folder:${folder}`;
}

/**
 * The model that a text means: `owner/name`, `https://…`, `saved:name` or `folder:name`.
 *
 * @throws Error if it is none of them, or a folder that has to be chosen again
 */
export function parseReference(text: string): ModelReference {
  const value = text.trim();
  if (/^https?:\/\//i.test(value)) return { kind: 'url', url: value };
  const [, kind, name = ''] = /^(saved|folder):(.+)$/.exec(value) ?? [];
  if (kind === 'saved') return { kind, name };
  if (kind === 'folder') {
    const files = pickedFolders.get(name);
    if (files) return { kind, name, files };
    throw new Error(
      `the folder "${name}" is on a disk, not in the link; choose it with "Choose a folder"`,
    );
  }
  if (/^[\w.-]+(\/[\w.-]+)?$/.test(value)) return { kind: 'repository', id: value };
  throw new Error(
    value === ''
      ? 'no model is named; give a repository such as openai-community/gpt2, or choose a folder'
      : `"${value}" names no model; wants a repository such as openai-community/gpt2, or an https: address`,
  );
}

/** The model as TypeScript that means it in Node. */
export function referenceAsCode(text: string): string {
  const [, , name] = /^(saved|folder):(.+)$/.exec(text.trim()) ?? [];
  return JSON.stringify(name === undefined ? text.trim() : `./${name}`);
}
