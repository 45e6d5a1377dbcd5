"""Loaded by Schemathesis beside the description: ids of things that are there, and signatures that hold.

Without them nearly everything would be refused for an id that nobody has, and nothing behind that would ever be reached.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import unquote, urlsplit
from zlib import crc32

import requests
import schemathesis
from hypothesis import strategies as st

from atendente_tui.domain.words import Channel
from atendente_tui.hub import signing

THERE: dict[str, list[str]] = json.loads(os.environ["HUB_THERE"])
"""By kind: tickets, commands, files, cursors; `source`: channel, name and secret of one, and the hub's time."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{32}")
_COUNT = iter(range(10**9))
POSITIVE = schemathesis.GenerationMode.POSITIVE
"""As described, in Schemathesis' words."""

schemathesis.openapi.format("cursor", st.sampled_from(THERE["cursors"]))


def _there(kind: str, instead_of: str) -> str:
    """One that is there, three times of four; always the same one for the same."""
    lot = crc32(instead_of.encode("utf-8", "replace"))
    return THERE[kind][lot // 4 % len(THERE[kind])] if lot % 4 else instead_of


@schemathesis.hook
def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
    found = (path_parameters or {}).get("id")
    if (path_parameters or {}).get("channel") in list(Channel):
        return path_parameters | {"channel": THERE["source"][0]}
    if isinstance(found, str) and _UUID.fullmatch(found):
        return path_parameters | {"id": _there("commands", found)}
    if isinstance(found, str) and _HEX.fullmatch(found):
        return path_parameters | {"id": _there("files", found)}
    return path_parameters


def _reaching(body: Any) -> Any:
    """A body as described, changed so that it is taken more often than not."""
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("ticket"), str):
        return body | {"ticket": _there("tickets", body["ticket"])}
    if "message_id" in body and len(str(body)) % 4:  # a message of no special kind, without files
        plain = {
            name: value for name, value in body.items() if name not in ("data", "attachments", "at", "kind")
        }
        return plain | {"text": body.get("text") or "Oi."}
    for one in body.get("commands", ()):
        for name in ("ticket", "into", "other"):
            if name in one:
                one[name]["remote"] = _there("tickets", (one[name].get("remote") or "") + name)
    return body


class Signing(requests.auth.AuthBase):
    """Signs what goes out as it stands on the wire, with a moment of its own so that no two are alike."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        channel, name, secret, now = THERE["source"]
        if unquote(urlsplit(str(request.url)).path).split("/")[3] == channel:
            body = request.body or b""
            raw = body if isinstance(body, bytes) else str(body).encode()
            moment = int(now) + next(_COUNT) % 500 - 250
            told = {signing.SOURCE: name, signing.TIMESTAMP: str(moment)}
            request.headers.update(told | {signing.SIGNATURE: signing.sign(secret, moment, raw)})
        return request


@schemathesis.hook
def before_call(_context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    modes = {place.name: info.mode for place, info in case.meta.components.items()} if case.meta else {}
    if modes.get("BODY", POSITIVE) is POSITIVE:
        case.body = _reaching(case.body)
    inbound = case.operation.path.startswith("/v1/inbound/")
    if inbound and modes.get("HEADER", POSITIVE) is POSITIVE and next(_COUNT) % 10:
        kwargs["auth"] = Signing()
