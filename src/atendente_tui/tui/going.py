"""What goes with the text in the composer, besides its words: kept with its draft, shown in a line above it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from atendente_tui import formats
from atendente_tui.domain.instants import to_ms
from atendente_tui.i18n import _
from atendente_tui.privacy.safe import safe_line

if TYPE_CHECKING:
    from atendente_tui.desk.answering import Beside


@dataclass(slots=True)
class Going:
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    files: tuple[Mapping[str, Any], ...] = ()
    """Attachments that the helpdesk has, as `domain.change.Attachment` tells them in JSON."""
    at: datetime | None = None
    """When it is to leave."""
    template: str = ""
    """Id of the approved template that the text is."""
    silenced: dict[tuple[str, str], str] = field(default_factory=dict)
    """Findings let pass, each with the reason."""

    def kept(self) -> dict[str, Any]:
        """As the draft keeps it; what is empty is left out."""
        made: dict[str, Any] = {
            "cc": list(self.cc),
            "bcc": list(self.bcc),
            "attachments": list(self.files),
            "not_before": self.at.isoformat() if self.at else None,
            "template": self.template,
            "silenced": [[*key, why] for key, why in self.silenced.items()],
        }
        return {name: value for name, value in made.items() if value}

    def beside(self, signed: bool = True) -> Beside:
        from atendente_tui.desk.answering import Beside
        from atendente_tui.domain.change import Attachment

        return Beside(
            cc=self.cc,
            bcc=self.bcc,
            attachments=tuple(Attachment.model_validate(one) for one in self.files),
            at=self.at,
            template=self.template or None,
            signed=signed,
            silenced=dict(self.silenced),
        )

    def said(self, zone: tzinfo, now: int, dot: str, signature: str = "") -> str:
        """All of it, and the signature below, in a line; "" for nothing."""
        parts = []
        if self.cc:
            parts.append(_("copy: {who}").format(who=", ".join(self.cc)))
        if self.bcc:
            parts.append(_("hidden copy: {who}").format(who=", ".join(self.bcc)))
        for file in self.files:
            size = f" ({formats.size(int(file['size']))})" if file.get("size") is not None else ""
            parts.append(_("file: {name}").format(name=f"{file.get('name')}{size}"))
        if self.at is not None:
            parts.append(_("leaves {when}").format(when=formats.moment(to_ms(self.at), zone, now)))
        if self.template:
            parts.append(_("approved template: its words stay as they are"))
        if signature:
            parts.append(_("signed: {text}").format(text=" / ".join(signature.split("\n"))))
        return safe_line(f" {dot} ".join(parts), characters=300)


def going_in(extra: str) -> Going:
    """What a draft kept; nothing of what cannot be read."""
    try:
        told = json.loads(extra)
        at = told.get("not_before")
        return Going(
            tuple(map(str, told.get("cc") or ())),
            tuple(map(str, told.get("bcc") or ())),
            tuple(one for one in told.get("attachments") or () if isinstance(one, dict)),
            datetime.fromisoformat(at) if at else None,
            str(told.get("template") or ""),
            {(str(one[0]), str(one[1])): str(one[2]) for one in told.get("silenced") or ()},
        )
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):
        return Going()
