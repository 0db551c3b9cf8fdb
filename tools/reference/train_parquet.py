"""Writes packages/train/test/data/rows.parquet. Needs pyarrow."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

rows = pa.table(
    {
        "text": ["good", "bäd"],
        "label": pa.array([1, 0], pa.int64()),
        "score": pa.array([0.5, None], pa.float64()),
        "ids": pa.array([[1, 2, 3], [4]], pa.list_(pa.int32())),
    }
)
target = Path(__file__).parents[2] / "packages/train/test/data/rows.parquet"
pq.write_table(rows, target, compression="snappy", store_schema=False)
