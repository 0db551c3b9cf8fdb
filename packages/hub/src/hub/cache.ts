import type { RandomAccessFile } from '../random-access.ts';
import type { RemoteFile } from './remote-file.ts';

/** A download that may have been begun before; its bytes so far are kept when it is interrupted. */
export interface PartialFile {
  /** Bytes that are there. */
  readonly length: number;
  /** Hands out the bytes that are there, in order. */
  replay(visit: (piece: Uint8Array) => void): Promise<void>;
  /** Adds bytes. */
  append(piece: Uint8Array): Promise<void>;
  /** Throws away what is there. */
  restart(): Promise<void>;
}

/** Keeps the files of one repository. */
export interface RepositoryCache {
  /** Where it is, for messages. */
  readonly location: string;
  /** The commit that a branch or tag had when it was last asked for. */
  commitOf(revision: string): Promise<string | undefined>;
  /** Keeps the commit of a branch or tag. */
  remember(revision: string, commit: string): Promise<void>;
  /** Opens a file of a commit, if it is there as a whole. */
  open(commit: string, name: string): Promise<RandomAccessFile | undefined>;
  /** Names of the files of a commit that are there. */
  list(commit: string): Promise<string[]>;
  /**
   * Puts a file into the cache, whole or not at all.
   *
   * @param remote - What it is. @param commit - Of which commit. @param name - Its name there.
   * @param fill - Completes the partial file; is not called where the cache has these bytes already.
   */
  store(
    remote: RemoteFile,
    commit: string,
    name: string,
    fill: (partial: PartialFile) => Promise<void>,
  ): Promise<void>;
}
