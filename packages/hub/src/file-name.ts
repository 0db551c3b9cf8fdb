/**
 * Checks a file name that came from data (an index file, a config) before it is joined to a folder
 * or a URL: relative, with `/` between parts, no part that climbs or means something to a file
 * system, a URL parser or a shell.
 *
 * @param name - Such as `model.safetensors` or `onnx/model.onnx`.
 * @returns The same name.
 * @throws Error if the name could lead outside the folder.
 */
export function checkFileName(name: string): string {
  const safe =
    typeof name === 'string' &&
    name.length > 0 &&
    name.length <= 1024 &&
    // A backslash separates on Windows, a colon starts drives, streams and schemes; % is a second
    // spelling of everything else in a URL, ? and # end its path.
    !/[\\:%?#\p{Control}\p{Surrogate}]/u.test(name) &&
    name.split('/').every((part) => part !== '' && !/^\.+$/.test(part) && !/[. ]$/.test(part));
  if (safe) return name;
  throw new Error(
    `unsafe file name ${JSON.stringify(name)}: wants a path inside the model folder such as "model.safetensors", without "..", "\\", ":", "%" or a leading "/"`,
  );
}
