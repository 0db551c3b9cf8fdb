/** A row of a data set: values by column. */
export type Row = Readonly<Record<string, unknown>>;

/** A row as a file gave it, or what is wrong with it. */
export type RawRow =
  /** @param row its number, from 1. */
  | { readonly row: number; readonly value: Row }
  | { readonly row: number; readonly problem: string };
