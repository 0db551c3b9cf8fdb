import { WrongInputError } from '../pipelines/index.ts';

/** A text that questions are asked of. */
export interface Document {
  /** What citations call it, such as its path. */
  readonly id: string;
  readonly text: string;
}

/** A file of the folder that is not read. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

/** Options of `readDocuments`. */
export interface ReadDocumentsOptions {
  /** Largest file in bytes; larger ones are skipped. Default 16 MB. */
  readonly max_bytes?: number;
}

const readers: Readonly<Record<string, 'text' | 'html'>> = {
  '.txt': 'text',
  '.md': 'text',
  '.markdown': 'text',
  '.rst': 'text',
  '.html': 'html',
  '.htm': 'html',
};

/**
 * The text files of a folder and of the folders in it, in alphabetical order; pages of HTML as text (Node). Hidden
 * files, `node_modules` and links are left out.
 *
 * @returns the documents, named by their paths in the folder, and the files that are not read, with the reason
 * @throws WrongInputError if the folder cannot be read, or holds no document
 */
export async function readDocuments(
  folder: string,
  { max_bytes = 16e6 }: ReadDocumentsOptions = {},
): Promise<{ documents: Document[]; skipped: SkippedFile[] }> {
  const { lstat, readFile } = await import('node:fs/promises');
  const { extname, join, relative, sep } = await import('node:path');
  const documents: Document[] = [];
  const skipped: SkippedFile[] = [];
  const paths = await filesOf(folder).catch((error: Error) => {
    throw new WrongInputError(`readDocuments: ${folder} cannot be read: ${error.message}`);
  });
  for (const path of paths) {
    const id = relative(folder, path).split(sep).join('/') || path;
    const kind = readers[extname(path).toLowerCase()];
    const skip = (reason: string) => skipped.push({ path: id, reason });
    if (!kind) {
      skip(`its kind is not known; these are: ${Object.keys(readers).join(' ')}`);
      continue;
    }
    try {
      const { size } = await lstat(path);
      if (size > max_bytes) {
        skip(`it has ${size} bytes, more than max_bytes ${max_bytes}`);
        continue;
      }
      const content = decode(await readFile(join(path)));
      const text = kind === 'html' ? await readHtml(content) : content;
      if (text.trim() === '') skip('it is empty');
      else documents.push({ id, text });
    } catch (error) {
      skip((error as Error).message);
    }
  }
  if (documents.length > 0) return { documents, skipped };
  throw new WrongInputError(
    `readDocuments: ${folder} holds no text: wants files that end in ${Object.keys(readers).join(' ')}`,
  );
}

/** The files of a folder; a file stands for itself. */
async function filesOf(folder: string): Promise<string[]> {
  const { readdir, stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  if ((await stat(folder)).isFile()) return [folder];
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesOf(path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

/** UTF-8 only: a file in another encoding would give answers full of wrong characters. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new WrongInputError('it is not UTF-8');
  }
}

async function readHtml(html: string): Promise<string> {
  const { htmlReader } = await import('@llm/tokenizers/text');
  const read = await htmlReader();
  return read(html);
}
