/** A span of tokens of one type. */
export interface EntitySpan {
  readonly type: string;
  /** First token. */
  readonly start: number;
  /** Last token, inclusive. */
  readonly end: number;
}

/** Tag schemes of strict matching. */
export type TagScheme = 'IOB2' | 'IOE2' | 'IOBES' | 'BILOU';

interface Tag {
  readonly prefix: string;
  readonly type: string;
}

const outside: Tag = { prefix: 'O', type: '_' };

/**
 * Spans of a sequence of tags, read as conlleval does: an `I-` after `O` or after another type starts one.
 *
 * @throws RangeError for a tag without one of the prefixes B, I, E, S, O
 */
export function lenientEntities(tags: readonly string[]): EntitySpan[] {
  const entities: EntitySpan[] = [];
  let previous = outside;
  let start = 0;
  for (let index = 0; index <= tags.length; index++) {
    const tag = index < tags.length ? parseTag(tags[index]!, 'BIESO', index) : outside;
    const differs = previous.type !== tag.type;
    const isOpen = previous.prefix === 'B' || previous.prefix === 'I';
    if (
      previous.prefix !== 'O' &&
      (!isOpen || differs || tag.prefix === 'B' || tag.prefix === 'S' || tag.prefix === 'O')
    ) {
      entities.push({ type: previous.type, start, end: index - 1 });
    }
    if (tag.prefix !== 'O' && (!isOpen || differs || tag.prefix === 'B' || tag.prefix === 'S')) {
      start = index;
    }
    previous = tag;
  }
  return entities;
}

/** When a span starts, goes on, and is complete. */
interface SchemeRules {
  readonly prefixes: string;
  starts(previous: Tag, tag: Tag): boolean;
  continues(previous: Tag, tag: Tag): boolean;
  /** Whether a span may end with this tag. */
  completes(last: Tag): boolean;
}

const schemes: Record<TagScheme, SchemeRules> = {
  IOB2: {
    prefixes: 'IOB',
    starts: (_, tag) => tag.prefix === 'B',
    continues: (previous, tag) => tag.prefix === 'I' && previous.type === tag.type,
    completes: () => true,
  },
  IOE2: {
    prefixes: 'IOE',
    starts: (previous, tag) =>
      tag.prefix !== 'O' && (previous.prefix !== 'I' || previous.type !== tag.type),
    continues: (previous, tag) =>
      previous.prefix === 'I' && tag.prefix !== 'O' && previous.type === tag.type,
    completes: (last) => last.prefix === 'E',
  },
  IOBES: bracketed('S', 'E'),
  BILOU: bracketed('U', 'L'),
};

function bracketed(single: string, last: string): SchemeRules {
  return {
    prefixes: `IOB${last}${single}`,
    starts: (_, tag) => tag.prefix === 'B' || tag.prefix === single,
    continues: (previous, tag) =>
      (previous.prefix === 'B' || previous.prefix === 'I') &&
      (tag.prefix === 'I' || tag.prefix === last) &&
      previous.type === tag.type,
    completes: ({ prefix }) => prefix === single || prefix === last,
  };
}

/**
 * Spans that are complete by the rules of a scheme; anything else is no span.
 *
 * @throws RangeError for a tag that the scheme does not have
 */
export function strictEntities(tags: readonly string[], scheme: TagScheme): EntitySpan[] {
  const rules = schemes[scheme];
  const list = tags.map((tag, index) => parseTag(tag, rules.prefixes, index));
  const entities: EntitySpan[] = [];
  let previous = outside;
  for (let index = 0; index < list.length; ) {
    const first = list[index]!;
    let end = index;
    if (rules.starts(previous, first)) {
      while (end + 1 < list.length && rules.continues(list[end]!, list[end + 1]!)) end += 1;
      if (rules.completes(list[end]!)) entities.push({ type: first.type, start: index, end });
    }
    previous = list[end]!;
    index = end + 1;
  }
  return entities;
}

function parseTag(text: string, prefixes: string, index: number): Tag {
  const prefix = text[0] ?? '';
  const isOutside = text === 'O';
  if (!prefixes.includes(prefix) || (text.length > 1 && text[1] !== '-') || prefix === '') {
    throw new RangeError(
      `entities: tag ${index} must be O, or one of ${[...prefixes].filter((p) => p !== 'O').join(', ')} with a type like B-PER: got '${text}'`,
    );
  }
  return isOutside ? outside : { prefix, type: text.slice(2) || '_' };
}
