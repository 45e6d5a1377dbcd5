"""How much of quoted mail is told from its reply: share of exact matches on the mails of ../shared/data/emails-raw.

    make bench-folding

Counts texts whose own words come out exactly (blanks at the ends of lines aside), beside the library alone; and that the parts put
together again are the mail, so that nothing is hidden that cannot be unfolded.
"""

from __future__ import annotations

import email
import json
import sys
import tarfile
import time
from collections.abc import Callable
from email import policy
from pathlib import Path
from typing import Any

from mailparser_reply import EmailReplyParser

from atendente_tui.backends.html_text import html_text
from atendente_tui.quoting import LANGUAGES, parts, reply_of

DATA = Path(__file__).parents[2] / "shared" / "data" / "emails-raw"


def main(data: Path = DATA) -> int:
    if not data.is_dir():
        print(f"{data} is not there: nothing to measure")
        return 2
    mails, expected = read(data)
    library = EmailReplyParser(languages=LANGUAGES)
    for name, measure in (
        ("atendente", reply_of),
        ("mail-parser-reply alone", lambda text: library.parse_reply(text) or ""),
    ):
        started = time.perf_counter()
        counted = {kind: counts(mails, expected, kind, measure) for kind in ("visible", "first_fragment")}
        seconds = time.perf_counter() - started
        hit, all_of = (sum(one[n] for one in counted.values()) for n in (0, 1))
        told = ", ".join(f"{kind} {one[0]} of {one[1]}" for kind, one in counted.items())
        print(
            f"{name}: {hit} of {all_of} exact ({hit / all_of:.1%}): {told}; {seconds / all_of * 1000:.1f} ms a mail"
        )
        if name == "atendente":
            for missed in (one for kind in counted.values() for one in kind[2]):
                print(f"  differs: {missed}")
    hidden = [name for name, text in mails.items() if "".join(one.text for one in parts(text)) != text]
    print(f"{len(mails)} mails, {len(hidden)} in which a part is lost")
    return 1 if hidden else 0


def counts(
    mails: dict[str, str], expected: dict[str, Any], kind: str, measure: Callable[[str], str]
) -> tuple[int, int, list[str]]:
    hit, missed = 0, []
    names = [name for name, told in expected.items() if kind in told and not name.endswith(".html")]
    for name in names:
        text = mails[name]
        # talon's tests look for what stands above the quotation, signature and all
        own = above(text) if name.startswith("talon/") and measure is reply_of else measure(text)
        if trimmed(own) == trimmed(expected[name][kind]):
            hit += 1
        else:
            missed.append(f"{name} ({kind})")
    return hit, len(names), missed


def above(text: str) -> str:
    return "".join(one.text for one in parts(text) if one.kind != "quote")


def trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def read(data: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Every mail's text by its name in the archive, and what the projects they come from expect of some."""
    expected = json.loads((data / "expected_replies.json").read_text("utf-8"))
    with tarfile.open(data / "emails.tar.gz") as archive:
        mails = {
            one.name.removeprefix("./"): body(one.name, file.read())
            for one in archive
            if one.isfile() and (file := archive.extractfile(one)) is not None
        }
    return mails, expected


def body(name: str, raw: bytes) -> str:
    if "/standard_replies/" in name or name.endswith(".eml") or name.startswith(("cpython", "ruby", "spam")):
        try:
            part = email.message_from_bytes(raw, policy=policy.default).get_body(("plain", "html"))
            text = part.get_content() if part is not None else ""
            if not isinstance(text, str):
                text = ""
            if part is not None and part.get_content_type() == "text/html":
                text = html_text(text)
        except (LookupError, ValueError, AttributeError, TypeError, KeyError):
            text = raw.decode("utf-8", "replace")
    else:
        text = raw.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
