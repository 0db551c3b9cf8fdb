"""Writes packages/train/test/logs/events.tfevents, and with a folder as argument prints its scalars. Needs tensorboard."""

import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

if len(sys.argv) > 1:
    events = EventAccumulator(sys.argv[1])
    events.Reload()
    for tag in events.Tags()["scalars"]:
        print(tag, [(event.step, event.value) for event in events.Scalars(tag)])
    sys.exit()

values = [summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in [("eval/loss", 0.625), ("train/loss", 1.5)]]
with open(Path(__file__).parents[2] / "packages/train/test/logs/events.tfevents", "wb") as file:
    writer = RecordWriter(file)
    for event in [
        event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2"),
        event_pb2.Event(wall_time=1700000001.5, step=300, summary=summary_pb2.Summary(value=values)),
    ]:
        writer.write(event.SerializeToString())
