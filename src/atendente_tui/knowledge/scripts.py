"""Scripts in YAML files: canned texts with variables that are filled from the ticket, and guided ones, step by step.

A file holds one script or a list of them. `text` serves every channel; `variants` replace it on the channels they name.
In their place a guided script has `steps` (`knowledge.guided`). `when` says for which tickets it is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atendente_tui.domain.words import Channel
from atendente_tui.flow.condition import Condition, Known, holds
from atendente_tui.flow.guide import Guide
from atendente_tui.i18n import _
from atendente_tui.knowledge.actions import Action, Ending, read_actions, read_ending
from atendente_tui.knowledge.articles import yaml_below
from atendente_tui.knowledge.conditions import read_condition
from atendente_tui.knowledge.guided import Finish, read_guide
from atendente_tui.knowledge.marked import Fault, Fields, Value, columned, parse, plain_tree
from atendente_tui.knowledge.placeholders import check_placeholders


@dataclass(frozen=True, slots=True)
class Script:
    id: str
    title: str
    text: str
    """For every channel without a variant of its own; "" when only variants exist; of a guided script all it may say."""
    channels: tuple[Channel, ...] = ()
    """Where it is offered; empty: everywhere."""
    tags: tuple[str, ...] = ()
    variants: Mapping[Channel, str] = field(default_factory=dict)
    path: str = ""
    line: int = 1
    when: Condition | None = None
    """For which tickets it is meant: it is offered first where it holds, and after all others where it does not."""
    guide: Guide | None = None
    """The steps of a guided script: it is gone through, not inserted as a whole."""
    ending: Ending | None = None
    """How the contact is wrapped up after it, offered with a preview."""
    actions: tuple[Action, ...] = ()
    finishes: Mapping[str, Finish] = field(default_factory=dict)
    """The same by end step, in place of the script's own."""
    written: Any = field(default=None, compare=False, repr=False)
    """As its author wrote it, in plain dictionaries, lists and texts."""
    template: str = ""
    """Name under which the channel approved it: it may go outside the channel's window, its words as they are."""

    def meant(self, known: Known) -> bool:
        """Whether it is meant for a ticket of which this is known."""
        return self.when is None or holds(self.when, known)

    def finish(self, step: str) -> Finish:
        """What is offered at the end that was come to: what the step has of its own in place of the script's."""
        own = self.finishes.get(step, Finish())
        return Finish(own.ending or self.ending, own.actions or self.actions)

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
        return [], columned(faults, text) or [Fault(path, 0, _("the file is empty"))]
    scripts: list[Script] = []
    for value in tree.data if isinstance(tree.data, tuple) else (tree,):
        found: list[Fault] = []
        script = _script(value, path, found)
        faults += found
        if not found:
            scripts.append(script)
    return scripts, columned(faults, text)


def load_scripts(folder: Path) -> tuple[list[Script], list[Fault]]:
    """Every script of `*.yaml` and `*.yml` below the folder, in the order of their paths. Ids used twice are faults."""
    scripts: dict[str, Script] = {}
    faults: list[Fault] = []
    for name, text in yaml_below(folder, faults):
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
    guide: Guide | None = None
    finishes: dict[str, Finish] = {}
    if "steps" in fields:
        guide, finishes = read_guide(fields)
        if text is not None or variants:
            fields.wrong(_("has steps: a text of its own would never be said"), field="text")
        text = "\n\n".join(one.said(None) for one in guide.steps.values() if one.said(None))
    elif text is None and not variants:
        fields.wrong(_("needs a text, variants by channel, or steps"), field="text")
    script = Script(
        fields.text("id"),
        fields.text("title"),
        text or "",
        fields.words("channels", Channel),
        fields.texts("tags"),
        variants,
        path,
        fields.line,
        read_condition(fields),
        guide,
        read_ending(fields),
        read_actions(fields),
        finishes,
        plain_tree(value),
        fields.maybe("template") or "",
    )
    fields.close()
    return script
