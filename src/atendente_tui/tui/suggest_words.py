"""Why something is suggested, in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atendente_tui.i18n import _, n_

if TYPE_CHECKING:
    from atendente_tui.desk.suggesting import Why


def reasons(why: Sequence[Why]) -> str:
    """Foreign text among it."""
    return " · ".join(_said(one) for one in why)


def _said(one: Why) -> str:
    if one.part == "tags":
        return _("about {tags}, too").format(tags=one.text)
    if one.part == "reason":
        return _("same reason: {reason}").format(reason=one.text)
    if one.part == "used":
        return n_("used once", "used {n} times", int(one.text)).format(n=int(one.text))
    if one.part == "solved_by":
        return _("solved by {who}").format(who=one.text)
    return one.text
