"""What `run()` returned: how many elements, and the lines they make in the common output."""

from __future__ import annotations

from typing import Any, Tuple

from .entry_script import EntryScriptError


def read_returned(value: Any, wants_rows: bool) -> Tuple[int, str]:
    """(number of elements, lines). Rows of a data frame are separated by spaces and have no header, as on Azure.

    Raises EntryScriptError: None and plain values are no result of a mini-batch.
    """
    if value is None or isinstance(value, (str, bytes, int, float, bool, dict)):
        raise EntryScriptError(
            "run() returned %s; it must return a list, tuple, array or data frame with an element for each item it did."
            % ("nothing" if value is None else "a value of type '%s'" % type(value).__name__)
        )
    if hasattr(value, "to_csv") and hasattr(value, "columns"):
        return len(value), value.to_csv(sep=" ", header=False, index=False) if wants_rows else ""
    elements = list(value)
    if not wants_rows:
        return len(elements), ""
    return len(elements), "".join("%s\n" % _text(element) for element in elements)


def _text(element: Any) -> str:
    return element.decode("utf-8", "replace") if isinstance(element, bytes) else str(element)
