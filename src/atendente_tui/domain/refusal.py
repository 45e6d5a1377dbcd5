"""How a rule says no: a closed code that software reads and the values a sentence for people needs."""

from __future__ import annotations


class Refused(Exception):
    """A rule forbids what was asked. Nothing was changed.

    code    short stable name (`"status_move"`, `"text_empty"`, `"window_closed"`, ...); `labels.refusal`
            turns it and `values` into a sentence in the person's language.
    values  what the sentence needs, already plain (strings, numbers).
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return self.code if not self.values else f"{self.code} {self.values}"
