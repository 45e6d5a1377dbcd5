"""Who a person means when they name a customer."""

from __future__ import annotations

from sqlcipher3.dbapi2 import Connection

from atendente_tui.domain.identities import normal
from atendente_tui.domain.words import IdentityKind


def find_customer(db: Connection, text: str) -> int | None:
    """Our id of the customer named by id, by any address or document, or by the exact name. The first known wins."""
    name = text.strip()
    if name.isascii() and name.isdigit() and len(name) < 10:
        found = db.execute("SELECT id FROM customer WHERE id = ?", (int(name),)).fetchone()
        if found is not None:
            return int(found[0])
    kind, colon, value = name.partition(":")
    kinds = [IdentityKind(kind)] if colon and kind in tuple(IdentityKind) else list(IdentityKind)
    wanted = value if colon and len(kinds) == 1 else name
    for one in kinds:
        plain = normal(one, wanted)
        if not plain:
            continue
        found = db.execute(
            "SELECT min(customer_id) FROM identity WHERE normal = ? AND kind = ?", (plain, str(one))
        ).fetchone()
        if found[0] is not None:
            return int(found[0])
    found = db.execute(
        "SELECT min(id) FROM customer WHERE name = ? OR social_name = ?", (name, name)
    ).fetchone()
    return None if found[0] is None else int(found[0])
