"""No text is put together on its way into a widget that reads markup: what a widget gets is constant, or made by who cleans it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.parsed import parsed

import atendente_tui

TUI = Path(atendente_tui.__file__).parent / "tui"
READS_MARKUP = frozenset(
    {
        "Static",
        "Label",
        "Button",
        "Checkbox",
        "RadioButton",
        "Collapsible",
        "OptionList",
        "Select",
        "Tab",
        "TabPane",
        "Link",
    }
    | {"notify", "add_row", "add_column", "add_option", "add_options", "from_markup", "update"}
)


def put_together(node: ast.expr) -> bool:
    """Whether this expression is a str made of parts: f"...", a + b, a % b, "...".format(...), str(...), "".join(...)."""
    match node:
        case ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return any(
                isinstance(one, ast.Constant) and isinstance(one.value, str) for one in (left, right)
            ) or (put_together(left) or put_together(right))
        case ast.Call(func=ast.Attribute(attr="format", value=_)):
            return True
        case ast.Call(func=ast.Attribute(attr="join", value=ast.Constant(value=str()))):
            return True
        case ast.Call(func=ast.Name(id="str")):
            return True
    return False


def found(source: str) -> Iterator[int]:
    for node in ast.walk(parsed(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [
            *node.args,
            *(one.value for one in node.keywords if one.arg not in ("id", "classes", "name")),
        ]
        if name in READS_MARKUP and any(put_together(one) for one in given):
            yield node.lineno


def test_no_text_is_put_together_in_a_widgets_hands() -> None:
    wrong = [
        f"{path.relative_to(TUI)}:{line}"
        for path in sorted(TUI.rglob("*.py"))
        for line in found(path.read_text("utf-8"))
    ]
    assert wrong == []


def test_it_would_be_noticed() -> None:
    assert list(found('Static(f"{name}")\nself.notify("a" + name)\nLabel(_("{n}").format(n=name))')) == [
        1,
        2,
        3,
    ]
    assert list(found('Static(show.foreign(name))\nStatic("x")\nStatic(id=f"row-{n}")')) == []
