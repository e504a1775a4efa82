"""Mini-batches of files: by count, by size, or by the values that folders of the path stand for."""

from __future__ import annotations

import hashlib
import os
from typing import Dict, Iterable, List, Sequence, Tuple

from .mini_batch import MiniBatch
from .plan import BatchSize, PlanError

# Folders of an input with more files than this are better split as a table of paths.
FILES_MAX = 5_000_000


def list_files(root: str) -> List[str]:
    """Names of all files below `root`, relative to it, with '/', in a stable order; of a file, its own name."""
    if os.path.isfile(root):
        return [os.path.basename(root)]
    names = []  # type: List[str]
    for folder, folders, files in os.walk(root, followlinks=True):
        folders.sort()
        relative = os.path.relpath(folder, root)
        prefix = "" if relative == "." else relative.replace(os.sep, "/") + "/"
        names.extend(prefix + name for name in files)
        if len(names) > FILES_MAX:
            raise PlanError("The input holds more than %d files." % FILES_MAX)
    return sorted(names)


def folder_of(input_path: str) -> str:
    """Folder that the names of files are relative to."""
    return os.path.dirname(input_path) if os.path.isfile(input_path) else input_path


def split_by_size(root: str, names: Sequence[str], size: BatchSize) -> List[MiniBatch]:
    groups = _by_bytes(root, names, size.count) if size.unit == "bytes" else _by_count(names, size.count)
    return [_make(root, index, group, {}) for index, group in enumerate(groups)]


def split_by_keys(root: str, names: Sequence[str], keys: Sequence[str]) -> List[MiniBatch]:
    """Groups files by folders such as `Store=1001/Brand=dominicks/`, or else by the first folders in the keys' order."""
    groups = {}  # type: Dict[Tuple[str, ...], List[str]]
    for name in names:
        groups.setdefault(_values_of(name, keys), []).append(name)
    ordered = sorted(groups.items())
    return [_make(root, index, group, dict(zip(keys, values))) for index, (values, group) in enumerate(ordered)]


def _by_count(names: Sequence[str], count: int) -> Iterable[List[str]]:
    return [list(names[start : start + count]) for start in range(0, len(names), count)]


def _by_bytes(root: str, names: Sequence[str], bytes_max: int) -> Iterable[List[str]]:
    groups = []  # type: List[List[str]]
    room = 0
    for name in names:
        size = os.path.getsize(os.path.join(root, name))
        if not groups or size > room:
            groups.append([])
            room = bytes_max
        groups[-1].append(name)
        room -= size
    return groups


def _values_of(name: str, keys: Sequence[str]) -> Tuple[str, ...]:
    folders = name.split("/")[:-1]
    named = dict(folder.split("=", 1) for folder in folders if "=" in folder)
    if all(key in named for key in keys):
        return tuple(named[key] for key in keys)
    if len(folders) >= len(keys):
        return tuple(folders[: len(keys)])
    raise PlanError(
        "File '%s' tells no values of the partition keys %s: it should lie in folders such as '%s', or in one folder a key."
        % (name, ", ".join(keys), "/".join("%s=…" % key for key in keys))
    )


def _make(root: str, index: int, names: List[str], keys: Dict[str, str]) -> MiniBatch:
    digest = hashlib.sha256()
    for name in names:
        digest.update(("%s\n%d\n" % (name, os.path.getsize(os.path.join(root, name)))).encode("utf-8", "surrogateescape"))
    return MiniBatch(index, len(names), digest.hexdigest(), files=names, keys=keys)
