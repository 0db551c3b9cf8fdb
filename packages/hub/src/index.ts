/**
 * Reads and writes model files: folders, URLs, the hub, safetensors.
 *
 * @module @llm/hub
 */
export * from './checkpoint/index.ts';
export { checkFileName } from './file-name.ts';
export { openFolder } from './folder.ts';
export * from './hub/index.ts';
export { InvalidJsonError, type ParseJsonOptions, parseJson } from './json.ts';
export { openFiles } from './memory.ts';
export { openSource } from './open-source.ts';
export { bytesFile, type RandomAccessFile } from './random-access.ts';
export * from './safetensors/index.ts';
export { type FileContent, saveFolder, writeFileAtomic } from './save-folder.ts';
export { MissingFileError, type ModelSource, openFile } from './source.ts';
export { openUrl } from './url.ts';
