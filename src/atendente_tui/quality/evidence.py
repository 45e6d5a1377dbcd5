"""How a review names an event: by what every workstation knows of it, in letters that nobody takes for a card's number."""

from __future__ import annotations

REMOTE, COMMAND, LOCAL = "r", "c", "k"
"""What the helpdesk calls it; the command that made it; our own key, where there is nothing else."""
_TO = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_FROM = str.maketrans("abcdefghijklmnop", "0123456789abcdef")


def letters(data: bytes) -> str:
    """Bytes as letters from a to p."""
    return data.hex().translate(_TO)


def unlettered(text: str) -> bytes:
    """Raises ValueError."""
    return bytes.fromhex(text.translate(_FROM))


def reference(remote_id: str | None, command_id: str | None, key: int) -> str:
    kind, name = (
        (REMOTE, remote_id)
        if remote_id is not None
        else (COMMAND, command_id)
        if command_id is not None
        else (LOCAL, str(key))
    )
    return f"{kind}:{letters(name.encode())}"


def named(reference: str) -> tuple[str, str] | None:
    """(kind, name); None for what is no reference."""
    kind, _colon, coded = reference.partition(":")
    try:
        return (kind, unlettered(coded).decode()) if kind in (REMOTE, COMMAND, LOCAL) else None
    except ValueError:
        return None
