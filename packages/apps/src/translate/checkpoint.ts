import { type FileContent, saveFolder } from '@llm/hub';

const name = /^checkpoint-(\d+)$/;

/**
 * Saves the files of a run as `checkpoint-STEP` in its output folder, then removes those of other steps; so there
 * is a whole checkpoint at every moment, also if the process is killed here. Put the file last that makes a
 * checkpoint whole.
 *
 * @returns the checkpoint's folder
 */
export async function saveCheckpoint(
  output: string,
  step: number,
  files: Readonly<Record<string, FileContent>>,
): Promise<string> {
  const folder = `${output}/checkpoint-${step}`;
  await saveFolder(folder, files);
  await removeCheckpoints(output, step);
  return folder;
}

/** The folder of the last step that was saved; undefined if there is none. `lastFile` tells that it is whole. */
export async function latestCheckpoint(
  output: string,
  lastFile: string,
): Promise<string | undefined> {
  const { existsSync } = await import('node:fs');
  const folders = (await stepsIn(output))
    .sort((a, b) => b - a)
    .map((step) => `${output}/checkpoint-${step}`);
  return folders.find((folder) => existsSync(`${folder}/${lastFile}`));
}

/** Removes a run's checkpoints, but for that of one step. */
export async function removeCheckpoints(output: string, kept?: number): Promise<void> {
  const { rm } = await import('node:fs/promises');
  for (const step of await stepsIn(output)) {
    if (step !== kept) await rm(`${output}/checkpoint-${step}`, { recursive: true, force: true });
  }
}

async function stepsIn(output: string): Promise<number[]> {
  const { readdir } = await import('node:fs/promises');
  return (await readdir(output)).flatMap((entry) => {
    const step = name.exec(entry)?.[1];
    return step === undefined ? [] : [Number(step)];
  });
}
