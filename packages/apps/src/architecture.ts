/** The class of transformers that a config names; undefined where it names none, as those made from GGUF files. */
export function architectureOf(config: object): string | undefined {
  const { architectures } = config as { architectures?: unknown };
  const [first] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  return typeof first === 'string' ? first : undefined;
}
