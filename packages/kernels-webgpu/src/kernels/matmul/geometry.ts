/** How a product is cut into workgroups. */
export interface TileGeometry {
  readonly kind: 'tile';
  /** Rows and columns of a workgroup's tile: multiples of 4. */
  readonly tileRows: number;
  readonly tileColumns: number;
  /** How much of the inner axis lies in workgroup memory at a time: a multiple of 4. */
  readonly tileInner: number;
  /** Into how many ranges the inner axis is cut, each summed by workgroups of its own. */
  readonly splits: number;
}

/** How a product of few rows is cut. */
export interface VectorGeometry {
  readonly kind: 'vector';
  /** Columns of a workgroup: 4, or if lines are read across a multiple of 4. */
  readonly columns: number;
  readonly threads: number;
}

/** How a product is cut where workgroup memory is of no use. */
export interface DirectGeometry {
  readonly kind: 'direct';
  /** Rows of an invocation: a multiple of 4. */
  readonly rows: number;
}

/** How a product is cut where a workgroup is a subgroup, whose invocations read rows for one another. */
export interface SharedRowsGeometry {
  readonly kind: 'shared-rows';
  /** Invocations of each subgroup of the device, and of a workgroup: a multiple of 4. */
  readonly lanes: number;
  /** Rows of an invocation: a multiple of `lanes`. */
  readonly rows: number;
}

/** A product of few rows with a quantized matrix: rows of codes are streamed. */
export interface CodesGeometry {
  readonly kind: 'codes';
}

/** How a product is computed. */
export type Geometry =
  | TileGeometry
  | VectorGeometry
  | DirectGeometry
  | SharedRowsGeometry
  | CodesGeometry;

/** Whether a way to compute a product can compute the left operand, and a second product beside. */
export const takesTwo = ({ kind }: Geometry): boolean => kind === 'vector' || kind === 'codes';

/** Invocations of a tile's workgroup: each has 4 × 4 sums. */
export const threadsOf = ({ tileRows, tileColumns }: TileGeometry): number =>
  (tileRows / 4) * (tileColumns / 4);
