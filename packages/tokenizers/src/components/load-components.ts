import { isPlainText } from '../pattern/plain-text.ts';
import type { families } from './all.ts';
import { type ComponentKind, type Components, componentsOf, KINDS } from './components.ts';

type Families = typeof families;
/** Names of families that have a kind and a type: a type under a wrong family does not compile. */
type FamilyOf<Kind extends ComponentKind, Type extends string> = {
  [Name in keyof Families]: Families[Name] extends {
    [K in Kind]: { [T in Type]: unknown };
  }
    ? Name
    : never;
}[keyof Families];
type TypesOf<Family, Kind extends ComponentKind> =
  Family extends Record<Kind, infer Readers> ? keyof Readers & string : never;
/** The family of each type that is not among the others: one that is missing here does not compile. */
type FamilyTable = {
  readonly [Kind in ComponentKind]: {
    readonly [Type in TypesOf<Families[Exclude<keyof Families, 'others'>], Kind>]: FamilyOf<
      Kind,
      Type
    >;
  };
};

const FAMILIES: FamilyTable = {
  normalizers: {
    Strip: 'sentencePiece',
    Replace: 'sentencePiece',
    Prepend: 'sentencePiece',
    Precompiled: 'sentencePiece',
    BertNormalizer: 'bert',
    ByteLevel: 'byteLevel',
    Sequence: 'sentencePiece',
  },
  preTokenizers: {
    BertPreTokenizer: 'bert',
    ByteLevel: 'byteLevel',
    Metaspace: 'sentencePiece',
    Split: 'byteLevel',
    WhitespaceSplit: 'sentencePiece',
    Sequence: 'composed',
  },
  models: { BPE: 'byteLevel', Unigram: 'sentencePiece', WordPiece: 'bert' },
  postProcessors: {
    BertProcessing: 'sentenceEnds',
    ByteLevel: 'byteLevel',
    RobertaProcessing: 'sentenceEnds',
    TemplateProcessing: 'composed',
    Sequence: 'composed',
  },
  decoders: {
    ByteFallback: 'sentencePiece',
    ByteLevel: 'byteLevel',
    Fuse: 'sentencePiece',
    Metaspace: 'sentencePiece',
    Replace: 'sentencePiece',
    Strip: 'sentencePiece',
    WordPiece: 'bert',
    Sequence: 'sentencePiece',
  },
};

/** Each loads one family: so a page fetches two or three small files, not one for every component. */
const LOADERS: { readonly [Name in keyof Families]: () => Promise<Families[Name]> } = {
  byteLevel: async () => (await import('./byte-level.ts')).byteLevel,
  sentencePiece: async () => (await import('./sentence-piece.ts')).sentencePiece,
  patterns: async () => (await import('./patterns.ts')).patterns,
  bert: async () => (await import('./bert.ts')).bert,
  composed: async () => (await import('./composed.ts')).composed,
  sentenceEnds: async () => (await import('./sentence-ends.ts')).sentenceEnds,
  others: async () => (await import('./others.ts')).others,
};

/**
 * Loads what builds the components that a file names.
 *
 * @param file - Content of a tokenizer.json; what is wrong in it is left to the reader to say.
 */
export async function loadComponents(file: unknown): Promise<Components> {
  const wanted = new Set<keyof Families>();
  const types = {} as Record<ComponentKind, string[]>;
  for (const kind of Object.keys(KINDS) as ComponentKind[]) {
    const { entry, parts } = KINDS[kind];
    const table = new Map<unknown, keyof Families>(Object.entries(FAMILIES[kind]));
    // Old files do not name the type of their model, which is BPE.
    if (kind === 'models') table.set(undefined, 'byteLevel');
    types[kind] = Object.keys(FAMILIES[kind]);
    for (const part of partsOf(own(file, entry), parts)) {
      const type = own(part, 'type');
      wanted.add(table.get(type) ?? 'others');
      // Patterns come after the family whose reader of plain text they stand in for.
      if (type === 'Replace' && !isPlainText(own(part, 'pattern'))) wanted.add('patterns');
    }
  }
  return componentsOf(await Promise.all([...wanted].map((name) => LOADERS[name]())), types);
}

/** A component, if there is one, and the parts of sequences in it, each once. */
function partsOf(component: unknown, parts: string | undefined): Iterable<unknown> {
  const found = new Set(component == null ? [] : [component]);
  if (parts !== undefined) {
    for (const each of found) {
      const list = own(each, parts);
      if (Array.isArray(list)) for (const part of list) found.add(part);
    }
  }
  return found;
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
