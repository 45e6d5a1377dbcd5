"""Texts of a real ticket with everything that is somebody's own replaced by what is invented, the same for the same every time.

Replaced are the names given, what `privacy.personal` finds, addresses, links, handles, people who name themselves, two capital words
in a row, and every number of four digits and more but years and amounts. Rather too much than too little: a trainer reads
the result before it is kept. Single first names of others are not known to be names, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from atendente_tui.domain.disclosure import disclosed
from atendente_tui.domain.fold import folded
from atendente_tui.domain.identities import plausible_cnpj, plausible_cpf
from atendente_tui.privacy.personal import Kind, find

CUSTOMER = "Alex Moreira"
OTHERS = ("Dani Rocha", "Rui Peixoto", "Lia Prado", "Gil Moreno", "Noa Campos", "Ari Teles")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@.])@[\w.]{2,}")
_CALLED = re.compile(
    r"(?i:\b(?:meu nome é|meu nome e|me chamo|aqui é [oa]|aqui quem fala é|assinado|atenciosamente|att|abraços|"
    r"my name is|sincerely|regards|mein name ist|mi nombre es|je m'appelle))[\s,:.]{1,4}([^\W\d_][\w'-]+(?:\s+[^\W\d_][\w'-]+){0,3})"
)
_CAPITALS = re.compile(r"\b[A-ZÀ-Þ][\w'-]+(?:\s+(?:d[aeo]s?|von|van|e)\b)?(?:\s+[A-ZÀ-Þ][\w'-]+)+")
_NUMBER = re.compile(r"(?<![\w])[A-Z]{0,4}[-#]?\d(?:[\d./-]*\d)?(?![\w])|[\w-]*\d{4,}[\w-]*")
_WORD = re.compile(r"\w+")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-](?:19|20)?\d\d)?\Z|(?:19|20)\d\d-\d\d-\d\d\Z")
_MONEY = re.compile(r"(?:R\$|US\$|€|\$)\s*\Z")
_FIRST = 0xF0000
"""Private characters stand where inventions are put until all are found; those that a text brings are taken out first."""
_PRIVATE = re.compile("[\U000f0000-\U000ffffd]")


class Anonymiser:
    """Of one ticket. `names` are the customer's, `others` those of everybody else who is known by name."""

    def __init__(self, names: Iterable[str], others: Iterable[str] = ()) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self.originals: set[str] = set()
        """What was replaced, as it stood: none of it may be in what goes out."""
        self._names = {folded(name): CUSTOMER for name in names if len(name.strip()) > 2}
        for name in list(self._names):
            self._names.update({part: CUSTOMER.split()[0] for part in name.split() if len(part) > 2})
        for other in others:
            if len(other.strip()) > 2:
                self._names.setdefault(folded(other), self._person(other))

    def text(self, text: str) -> str:
        """The text with inventions in it."""
        text = _PRIVATE.sub(" ", text)
        kept: list[str] = []

        def put(original: str, invented: str) -> str:
            self.originals.add(original)
            kept.append(invented)
            return f" {chr(_FIRST + len(kept) - 1)} "

        text = self._found(text, put)
        text = _LINK.sub(lambda hit: put(hit[0], "https://example.com/pagina"), text)
        text = _HANDLE.sub(lambda hit: put(hit[0], "@cliente_exemplo"), text)
        for one in reversed(disclosed(text, ("address",))):
            text = text[: one.start] + put(one.found, "Rua das Acácias, 10") + text[one.end :]
        text = self._named(text, put)
        text = _CALLED.sub(
            lambda hit: hit[0][: hit.start(1) - hit.start()] + put(hit[1], self._person(hit[1])), text
        )
        text = _CAPITALS.sub(lambda hit: put(hit[0], self._person(hit[0])), text)
        text = _NUMBER.sub(lambda hit: self._number(hit, put), text)
        text = re.sub(" ([\U000f0000-\U000ffffd]) ", r"\1", text)
        return _PRIVATE.sub(lambda hit: kept[ord(hit[0]) - _FIRST], text)

    def number(self, value: str) -> str:
        """An order number of the same length, invented."""
        self.originals.add(value)
        return self._invented("number", value, lambda n: f"7{n:04}")

    def _found(self, text: str, put: Callable[[str, str], str]) -> str:
        for one in reversed(find(text)):
            text = text[: one.start] + put(one.value, self._personal(one.kind, one.value)) + text[one.end :]
        return text

    def _personal(self, kind: Kind, value: str) -> str:
        match kind:
            case Kind.EMAIL:
                return self._invented(kind, value, lambda n: f"pessoa{n}@example.com")
            case Kind.PHONE:
                return self._invented(kind, value, lambda n: f"+55 11 90000-{n:04}")
            case Kind.CPF:
                return self._invented(kind, value, lambda n: _wrong(f"123.456.{n:03}-0", plausible_cpf))
            case Kind.CNPJ:
                return self._invented(kind, value, lambda n: _wrong(f"12.345.{n:03}/0001-0", plausible_cnpj))
            case Kind.CEP:
                return "00000-000"
        return {Kind.CARD: "(cartão)", Kind.CVV: "(código)"}.get(kind, "(chave)")

    def _named(self, text: str, put: Callable[[str, str], str]) -> str:
        if not self._names:
            return text
        called = {tuple(_WORD.findall(name)): invented for name, invented in self._names.items()}
        words = list(_WORD.finditer(text))
        plain = [folded(one[0]) for one in words]
        longest = max(map(len, called))
        end = len(words)
        while end:
            for number in range(min(longest, end), 0, -1):
                invented = called.get(tuple(plain[end - number : end]))
                if invented is not None:
                    start = words[end - number].start()
                    text = (
                        text[:start]
                        + put(text[start : words[end - 1].end()], invented)
                        + text[words[end - 1].end() :]
                    )
                    end -= number - 1
                    break
            end -= 1
        return text

    def _number(self, hit: re.Match[str], put: Callable[[str, str], str]) -> str:
        value = hit[0]
        digits = sum(one.isdigit() for one in value)
        money = _MONEY.search(hit.string[: hit.start()])
        if digits < 4 or _YEAR.match(value) or _DATE.match(value) or money:
            return value
        return put(value, self.number(value))

    def _person(self, name: str) -> str:
        known = self._names.get(folded(name))
        return known or self._invented("person", name, lambda n: OTHERS[(n - 1) % len(OTHERS)])

    def _invented(self, kind: str, value: str, make: Callable[[int], str]) -> str:
        key = (kind, folded(value))
        if key not in self._given:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._given[key] = make(self._counts[kind])
        return self._given[key]


def _wrong(start: str, plausible: Callable[[str], bool]) -> str:
    """A document whose check digits are wrong: nobody has it."""
    return next(f"{start}{n}" for n in range(10) if not plausible(f"{start}{n}"))


def _address_left(address: str, plain: list[str]) -> bool:
    """An e-mail address anywhere; a handle only by itself: the end of an invented address may look like one."""
    if address.startswith("@"):
        handle = re.compile(rf"(?<![\w@.]){re.escape(address.rstrip('.'))}(?![\w@])")
        return any(handle.search(text) for text in plain)
    return "@" in address and any(address in text for text in plain)


def leaks(texts: Iterable[str], originals: Iterable[str], names: Iterable[str]) -> list[str]:
    """Which of the originals can still be read in the texts, and which parts of the names."""
    plain = [folded(one) for one in texts]
    words = {word for one in plain for word in re.findall(r"\w+", one)}
    digits = [re.sub(r"\D", "", hit) for one in plain for hit in re.findall(r"\d[\d .()/+-]*\d", one)]
    found: list[str] = []
    for one in originals:
        own = re.sub(r"\D", "", one)
        number = len(own) >= 6 and any(own in text for text in digits)
        word = len(own) >= 4 and re.sub(r"\W", "", folded(one)) in words
        if number or word or _address_left(folded(one), plain):
            found.append(one)
    invented = {word for name in (CUSTOMER, *OTHERS) for word in folded(name).split()}
    found += [
        part
        for name in names
        for part in folded(name).split()
        if len(part) > 2 and part in words and part not in invented
    ]
    return sorted(set(found))
