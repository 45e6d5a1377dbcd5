"""Scripts: canned texts in YAML files, with variables that are filled from the ticket and questions that are asked.

A file holds one script or a list of them. `text` serves every channel; `variants` replace it on the channels they name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from atendente_tui.domain.templates import VARIABLES, placeholders
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _
from atendente_tui.knowledge.articles import read_text
from atendente_tui.knowledge.marked import Fault, Fields, Value, parse


@dataclass(frozen=True, slots=True)
class Script:
    id: str
    title: str
    text: str
    """For every channel without a variant of its own; "" when only variants exist."""
    channels: tuple[Channel, ...] = ()
    """Where it is offered; empty: everywhere."""
    tags: tuple[str, ...] = ()
    variants: Mapping[Channel, str] = field(default_factory=dict)
    path: str = ""
    line: int = 1

    def suits(self, channel: Channel | None) -> bool:
        """Whether it is offered on a channel; without a channel every script is."""
        return channel is None or not self.channels or channel in self.channels

    def for_channel(self, channel: Channel | None) -> str:
        """The text to insert, variables unfilled."""
        if channel is not None and channel in self.variants:
            return self.variants[channel]
        return self.text or next(iter(self.variants.values()), "")


def read_scripts(text: str, path: str) -> tuple[list[Script], list[Fault]]:
    """The scripts of one file. A script with a fault is left out: half a text must not be sent."""
    tree, faults = parse(text, path)
    if tree is None:
        return [], faults or [Fault(path, 0, _("the file is empty"))]
    scripts: list[Script] = []
    for value in tree.data if isinstance(tree.data, tuple) else (tree,):
        found: list[Fault] = []
        script = _script(value, path, found)
        faults += found
        if not found:
            scripts.append(script)
    return scripts, faults


def load_scripts(folder: Path) -> tuple[list[Script], list[Fault]]:
    """Every script of `*.yaml` and `*.yml` below the folder, in the order of their paths. Ids used twice are faults."""
    scripts: dict[str, Script] = {}
    faults: list[Fault] = []
    paths = [folder] if folder.is_file() else sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")])
    base = folder.parent if folder.is_file() else folder
    for path in paths:
        name = path.relative_to(base).as_posix()
        try:
            text = read_text(path)
        except (OSError, ValueError) as error:
            faults.append(Fault(name, 0, str(error)))
            continue
        read, found = read_scripts(text, name)
        faults += found
        for one in read:
            first = scripts.setdefault(one.id, one)
            if first is not one:
                sentence = _("this id is already used by {file}").format(file=f"{first.path}:{first.line}")
                faults.append(Fault(name, one.line, sentence, "id", one.id))
    return list(scripts.values()), faults


def _script(value: Value, path: str, faults: list[Fault]) -> Script:
    fields = Fields(value, path, faults)
    variants: dict[Channel, str] = {}
    written = fields.fields("variants") or Fields(None, path, faults, "variants")
    for name in written:
        if name in set(Channel):
            variants[Channel(name)] = written.text(name)
        else:
            written.wrong(_("is not a channel"), field=name, found=name, allowed=tuple(Channel))
        check_placeholders(written, name)
    text = fields.maybe("text")
    check_placeholders(fields, "text")
    if text is None and not variants:
        fields.wrong(_("needs a text, or variants by channel"), field="text")
    script = Script(
        fields.text("id"),
        fields.text("title"),
        text or "",
        fields.words("channels", Channel),
        fields.texts("tags"),
        variants,
        path,
        fields.line,
    )
    fields.close()
    return script


def check_placeholders(fields: Fields, name: str) -> None:
    """Every `{{…}}` must be a question or name a variable known here; the fault points at its own line."""
    value = fields.value(name)
    if value is None or not isinstance(value.data, str):
        return
    for one in placeholders(value.data):
        unknown = [variable for variable in one.names if variable not in VARIABLES]
        if one.readable and not unknown:
            continue
        before = value.data[: value.data.index(one.source)].count("\n") + (1 if value.block else 0)
        here = Value(value.line + before, value.path, None)
        if unknown:
            fields.wrong(_("is no variable known here"), here, found=", ".join(unknown), allowed=VARIABLES)
        else:
            fields.wrong(
                _("is neither a variable nor a question"),
                here,
                found=one.source,
                allowed=("{{hoje}}", "{{?…}}"),
            )
