/**
 * Files of the data sets, which lie in the folder that `LLM_DATA` names.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** The bytes of a compressed file, such as `sst2/train.tsv.gz`. @throws Error saying what is missing */
export async function readData(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = process.env.LLM_DATA;
  if (!folder) {
    throw new Error('set LLM_DATA to the folder of the data sets (benchmarks/README.md, Scores)');
  }
  const path = join(folder, name);
  const packed = await readFile(path).catch((cause: Error) => {
    throw new Error(`LLM_DATA lacks ${name}: ${cause.message}`, { cause });
  });
  return new Uint8Array(await promisify(gunzip)(packed));
}

/** Its text: UTF-8, or Latin-1 where it is not UTF-8, as some files of SNIPS are. */
export async function readText(name: string): Promise<string> {
  const bytes = await readData(name);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}
