"""Mini-batches of a table: an MLTable's rows, by size or by the values of key columns. Needs pandas."""

from __future__ import annotations

import hashlib
import os
import pickle
from typing import Any, Dict, Iterable, List, Sequence, Tuple

from .mini_batch import MiniBatch
from .plan import BatchSize, PlanError
from .split_files import list_files

PICKLE_PROTOCOL = 4


def load_table(path: str) -> Any:
    """The data frame that an MLTable folder stands for. Raises PlanError."""
    try:
        import mltable
    except ImportError as error:
        raise PlanError(
            "The input is an MLTable, which needs the package 'mltable' in the job's environment: %s." % error
        ) from error
    return mltable.load(path).to_pandas_dataframe()


def split_table(
    path: str, batch_folder: str, size: BatchSize, keys: Sequence[str] = ()
) -> List[MiniBatch]:
    """Pickles each mini-batch's rows into `batch_folder`, so that the table itself need not stay in memory."""
    frame = load_table(path)
    if keys:
        missing = [key for key in keys if key not in frame.columns]
        if missing:
            raise PlanError(
                "The input has no column '%s' to partition by; it has: %s."
                % (missing[0], ", ".join(str(column) for column in frame.columns))
            )
        parts = _by_keys(frame, keys)
    else:
        parts = _by_rows(frame, _rows_per_batch(frame, path, size))
    return [_store(part, index, values, batch_folder) for index, (values, part) in enumerate(parts)]


def _rows_per_batch(frame: Any, path: str, size: BatchSize) -> int:
    if size.unit == "items":
        return size.count
    total = sum(os.path.getsize(os.path.join(path, name)) for name in list_files(path) if name != "MLTable")
    if total == 0:
        # The data lies elsewhere than the MLTable; what it takes in memory says it about as well.
        total = int(frame.memory_usage(index=False, deep=True).sum())
    return max(1, int(size.count * len(frame) / max(1, total)))


def _by_rows(frame: Any, count: int) -> Iterable[Tuple[Dict[str, Any], Any]]:
    for start in range(0, len(frame), count):
        yield {}, frame.iloc[start : start + count].reset_index(drop=True)


def _by_keys(frame: Any, keys: Sequence[str]) -> Iterable[Tuple[Dict[str, Any], Any]]:
    # `groupby` of one column in a list gives tuples in newer pandas and plain values in older.
    for values, part in frame.groupby(list(keys), sort=True):
        values = values if isinstance(values, tuple) else (values,)
        yield dict(zip(keys, values)), part.reset_index(drop=True)


def _store(part: Any, index: int, keys: Dict[str, Any], folder: str) -> MiniBatch:
    path = os.path.join(folder, "%06d.pickle" % index)
    with open(path, "wb") as file:
        pickle.dump(part, file, protocol=PICKLE_PROTOCOL)
    return MiniBatch(index, len(part), _fingerprint(part, path), frame=path, keys=keys)


def _fingerprint(part: Any, path: str) -> str:
    digest = hashlib.sha256(",".join(str(column) for column in part.columns).encode("utf-8"))
    try:
        import pandas

        digest.update(pandas.util.hash_pandas_object(part, index=False).values.tobytes())
    except TypeError:
        # Cells such as lists have no hash; their pickle is the next best thing.
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()
