"""Textual's own table with as many columns as the queue shows, and a thousand rows."""

import os

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from bench.words import Writer


class Tabled(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        self.animation_level = "none"
        table = self.query_one(DataTable)
        table.add_columns("!", "prazo", "canal", "cliente", "assunto")
        writer = Writer(1)
        for n in range(1_000):
            table.add_row("!!", f"-{n % 23} h", "mail", f"cliente {n}", writer.subject()[:40])
        table.focus()


if __name__ == "__main__":
    Tabled().run()
