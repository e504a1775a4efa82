"""Cross-origin headers, as the flask-cors package adds them for Azure's server."""

from __future__ import annotations

from typing import List, Optional, Sequence, Tuple

from .request import Request

_METHODS = "GET, POST"


def cors_headers(origins: Sequence[str], request: Request) -> List[Tuple[str, str]]:
    """Header fields to add to the answer; none when no origin is configured or this one is not among them."""
    if not origins:
        return []
    asked = request.headers.get("origin")
    allowed = _allowed_origin(origins, asked)
    if allowed is None:
        return []
    headers = [("Access-Control-Allow-Origin", allowed)]
    if request.method == "OPTIONS" and request.headers.get("access-control-request-method", "").upper() in ("GET", "POST"):
        wanted = request.headers.get("access-control-request-headers")
        if wanted is not None:
            names = sorted(name.strip() for name in wanted.split(",") if name.strip())
            headers.append(("Access-Control-Allow-Headers", ", ".join(names)))
        headers.append(("Access-Control-Allow-Methods", _METHODS))
    if len(origins) > 1 or "*" in origins:
        headers.append(("Vary", "Origin"))
    return headers


def _allowed_origin(origins: Sequence[str], asked: Optional[str]) -> Optional[str]:
    if asked is None:
        return "*" if "*" in origins else sorted(origins)[0]
    folded = asked.lower()
    if "*" in origins or any(origin.lower() == folded for origin in origins):
        return asked
    return None
