"""What of an e-mail is its author's own words, and what is the mail it answers or a signature.

By mail-parser-reply's patterns for many languages, and ours for Portuguese and for mail programs it does not know.
Nothing is lost: the parts, put together again, are the text.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

LANGUAGES = ["en", "de", "cs", "da", "es", "fr", "it", "ja", "ko", "nl", "pl", "sv", "zh"]
LONGEST = 40_000
"""Characters of a mail that are looked at; what comes after belongs to the last part."""
LONGEST_LINE = 300
"""Characters of a line that may introduce a quotation: patterns are not let loose on longer ones."""

Kind = Literal["reply", "quote", "signature"]


class Part(NamedTuple):
    kind: Kind
    text: str
    """Whole lines, with the newline between this part and the next at its end."""


_VERBS = (
    r"escreveu|escribi[óo]|wrote|schrieb|a [ée]crit|ha scritto|scrisse|kirjoitti|skrev|schreef|napisa[łl]\w*|написал\w*|пишет"
    r"|napsal\w*"
)
_WROTE = re.compile(
    rf"(?:^(?:> ?)*[^\n]{{0,200}}?(?:\n[^\n]{{0,160}}?){{0,3}}\b(?:{_VERBS})\b[^\n:]{{0,100}}(?:\n[^\n:]{{0,100}})?\s?(?::|-{{3,}}|(?<=wrote)|(?<=escreveu))[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_DATED = re.compile(
    r"^[^\n]{0,160}\d{1,4}[^\n]{0,160}(?:\n[^\n]{0,80})?<(?:mailto:)?[^<>\s]+@[^<>\s]+\n?>(?:\n?>)?[ \t]*:[ \t]*$",
    re.MULTILINE,
)
_RULE = re.compile(
    r"^[ \t>*]*(?:-{3,} ?(?:[^\n-]{0,40}(?:mensa\w+|message|nachricht|messaggio|bericht|meddel\w+|mail|encaminhad\w+|original\w*)[^\n-]{0,30}"
    r"|on [^\n]{5,200}(?:wrote|escreveu)) ?-{3,}|_{20,}|-{25,})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FIELD = (
    r"[ \t>*]*(?:de|from|von|da|fra|van|od|lähettäjä|enviad[oa](?: em| por)?|data|date|datum|sent|to|para|pour|à|an|a|til|aan|cc|assunto"
    r"|subject|objet|betreff|oggetto|ämne|emne|onderwerp|envoyé(?: le)?|gesendet|inviato|asunto|responder a|reply-to)[ \t]?:\**[^\n]*"
)
_FIELDS = re.compile(
    rf"^[ \t>*]*(?:de|from|von|da|fra|van|od)[ \t]?:\**[^\n]*@?[^\n]*\n(?:[^\n:]{{1,120}}\n)?(?:{_FIELD}(?:\n|$)){{1,6}}",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^[ \t]*(?:--|__|—)[ \t]*$"
    r"|^[ \t]*(?:[—–-] ?)?(?:enviad[oa] (?:do|da|pelo|a partir do|por) |sent (?:from|via) |get outlook|obtenha o outlook|obter o outlook"
    r"|envoy[ée] (?:à partir |depuis |de )|gesendet (?:von|mit) |inviato da |enviado desde |отправлено )[^\n]{0,80}$"
    r"|^[ \t]*(?:atenciosamente|att\.?|atte\.?|cordialmente|respeitosamente|(?:um )?(?:grande )?abra[çc]os?|(?:com os )?melhores cumprimentos"
    r"|(?:best |kind |warm )?regards|cordialement|mit freundlichen gr[üu][ßs]+en|cordiali saluti|saludos)[ \t]*[,.!]?[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
FULL_LINE = 60
"""Characters from which on a quoted line may have been broken."""
SIGNATURE_LINES = 14
"""A signature is no longer: what seems so is text."""


_HINT = re.compile(
    rf"^[ \t]*(?:>|--|__|—|-{{3,}})|:\**[ \t]*$|wrote[ \t]*$|^[ \t>*]*(?:de|from|von|da|fra|van|od)[ \t]?:|{_SIGNED.pattern}",
    re.MULTILINE | re.IGNORECASE,
)


@lru_cache(256)
def parts(text: str) -> tuple[Part, ...]:
    """The mail in parts, in its order; at least one. Text in which nothing is quoted or signed is one "reply"."""
    if not _HINT.search(text[:LONGEST]):
        return (Part("reply", text),)
    looked, rest = text[:LONGEST], text[LONGEST:]
    lines = looked.split("\n")
    kinds: list[Kind] = ["reply"] * len(lines)
    start = _quotes(lines, kinds)
    _signature(lines, kinds, start)
    made: list[Part] = []
    for number, kind in enumerate(kinds):
        line = lines[number] + ("\n" if number < len(lines) - 1 else rest)
        if made and made[-1].kind == kind:
            made[-1] = Part(kind, made[-1].text + line)
        else:
            made.append(Part(kind, line))
    return tuple(made)


def reply_of(text: str) -> str:
    """The author's own words alone."""
    return "".join(one.text for one in parts(text) if one.kind == "reply").strip()


def _quotes(lines: list[str], kinds: list[Kind]) -> int:
    """Mark what is quoted. Gives the line from which on everything is, or how many lines there are."""
    bare = "\n".join(_bare(one) for one in lines)
    at = 0
    while (found := _next_header(bare, at)) is not None:
        first = bare.count("\n", 0, found[0])
        last = bare.count("\n", 0, max(found[0], found[1] - 1))
        after = next((n for n in range(last + 1, len(lines)) if lines[n].strip()), None)
        if first == 0 and after is None:
            break  # nothing else in it: then it is no header
        if after is None or not lines[after].lstrip().startswith(">"):
            kinds[first:] = ["quote"] * (len(lines) - first)
            return first
        end = after
        while end < len(lines) and (not lines[end].strip() or _quoted(lines, end)):
            end += 1
        kinds[first:end] = ["quote"] * (end - first)
        at = sum(len(_bare(one)) + 1 for one in lines[:end])
    for number, line in enumerate(lines):
        if line.startswith(">") or (kinds[number] == "reply" and _quoted(lines, number)):
            kinds[number] = "quote"
    return len(lines)


def _quoted(lines: list[str], number: int) -> bool:
    """A quoted line, or the end of a long one that a mail program broke: it stands between two that are quoted."""
    if lines[number].lstrip().startswith(">"):
        return True
    around = lines[number - 1 : number] + lines[number + 1 : number + 2]
    broken = len(around) == 2 and len(around[0]) >= FULL_LINE and lines[number].strip()
    return bool(broken) and all(one.startswith(">") for one in around)


def _next_header(bare: str, at: int) -> tuple[int, int] | None:
    """Where the next line that introduces a quotation begins and ends. A match reaching over a blank line is none."""
    best: tuple[int, int] | None = None
    for pattern in (_library()[0], _WROTE, _DATED, _RULE, _FIELDS):
        for found in pattern.finditer(bare, at):
            start, end = found.span()
            blank = bare.rfind("\n\n", start, end - 1)
            if blank >= 0 and pattern is not _FIELDS:
                start = blank + 2
            while start < end and (
                bare[start] == "\n" or (pattern in (_WROTE, _DATED) and not _telling(bare, start, end))
            ):
                start = _line_after(bare, start, end)
            if start < end and (best is None or start < best[0]):
                best = (start, end)
            break
    return best


def _bare(line: str) -> str:
    line = line.strip()
    return line if len(line) <= LONGEST_LINE else "…"


def _telling(bare: str, start: int, end: int) -> bool:
    """Whether the line there can be the first of a header: it tells a day, an address, or is the last one left."""
    line = bare[start : _line_after(bare, start, end)]
    return start + len(line) >= end or any(one.isdigit() or one in "@<" for one in line)


def _line_after(bare: str, start: int, end: int) -> int:
    newline = bare.find("\n", start, end)
    return end if newline < 0 else newline + 1


def _signature(lines: list[str], kinds: list[Kind], start: int) -> None:
    """Mark the signature at the end of the author's own words."""
    own = [number for number in range(start) if kinds[number] == "reply"]
    while own and not lines[own[-1]].strip():
        own.pop()
    block = own[-SIGNATURE_LINES:]
    while block and kinds[block[0] : block[-1] + 1] != ["reply"] * (block[-1] + 1 - block[0]):
        block.pop(0)
    if not block or block[0] == block[-1] == 0:
        return
    bare = "\n".join(_bare(lines[number]) for number in range(block[0], block[-1] + 1))
    found = [hit.start() for pattern in (_SIGNED, _library()[1]) if (hit := pattern.search(bare))]
    if not found:
        return
    skipped = len(bare[min(found) :]) - len(bare[min(found) :].lstrip())
    first = block[0] + bare.count("\n", 0, min(found) + skipped)
    if any(lines[number].strip() for number in range(first)):
        kinds[first : block[-1] + 1] = ["signature"] * (block[-1] + 1 - first)


@cache
def _library() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Its patterns for headers and for signatures."""
    from mailparser_reply import EmailMessage

    message = EmailMessage("", languages=list(LANGUAGES), keep_hyphen_lists=True)
    return message.HEADER_REGEX, message.SIGNATURE_REGEX
