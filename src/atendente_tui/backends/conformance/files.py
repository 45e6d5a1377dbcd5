"""Checks of files: those that are there, those we send, and what is no file at all."""

from __future__ import annotations

import struct
import zlib

from atendente_tui.backends.conformance.checking import Broken, Check, Untried, check, require
from atendente_tui.backends.conformance.trial import Trial
from atendente_tui.backends.port import Forbidden, Rejected
from atendente_tui.domain.change import Attachment
from atendente_tui.domain.command import Command, Note, Reply
from atendente_tui.domain.words import Channel
from atendente_tui.i18n import _, later

ENOUGH = 2_000_000
EVIL = "../../..\\\u202egnp.exe\r\nSet-Cookie: a=b\x1b[2J; filename*=UTF-8''x \" ' 😀.png"
STRANGERS = ("999999999", "no such thing", "", "../../etc/passwd", "%2e%2e%2f", "\u202e\x00", "1" * 5_000)


@check(later("A file that is not there is refused"), able=("attachments",))
async def refuses_unknown_files(trial: Trial) -> None:
    await trial.identity()
    for remote in STRANGERS:
        try:
            await trial.backend.fetch_attachment(remote, 1_000)
        except (Rejected, Forbidden):
            continue
        raise Broken(_("there is no file {id}").format(id=repr(remote[:20])))


@check(
    later("A file comes whole, as long as was told, and not at all where it is longer than allowed"),
    able=("attachments",),
)
async def fetches(trial: Trial) -> None:
    await trial.first_pull()
    files = [one for event in trial.world.events() for one in event.attachments]
    small = sorted((one for one in files if one.size and one.size <= ENOUGH), key=lambda one: one.size or 0)
    if not small:
        raise Untried(_("there is no small file there"))
    for file in {id(one): one for one in (small[0], small[-1])}.values():
        content = await trial.backend.fetch_attachment(file.remote_id, ENOUGH)
        require(len(content) == file.size, _("a file is as long as was told"))
        await _too_large(trial, file, len(content))


@check(
    later("A file that we send comes back with its name, byte for byte"),
    writes=True,
    able=("uploads", "attachments"),
)
async def uploads(trial: Trial) -> None:
    carriers = sorted(trial.can.commands & {"note", "reply"})
    if not carriers:
        raise Untried(_("it declares neither reply nor note"))
    ref = await trial.any_ticket()
    files = {
        "relatório ação.csv": ("text/csv", b"\xef\xbb\xbfpedido;valor\r\n1;\xe2\x82\xac 10\r\n\n\n"),
        "foto.png": ("image/png", _picture()),
    }
    for carrier in carriers:
        sent = [await trial.backend.upload(name, kind, content) for name, (kind, content) in files.items()]
        require(len({one.remote_id for one in sent}) == len(sent), _("every file has an id of its own"))
        text = trial.words("Segue em anexo.")
        if carrier == "note":
            command: Note | Reply = await trial.make(Note, ref, text=text, attachments=tuple(sent))
        else:
            command = await trial.make(Reply, ref, text=text, channel=Channel.EMAIL, attachments=tuple(sent))
        event = await trial.echo(command, await trial.carried_out(command))
        told = {one.name: one for one in event.attachments}
        require(sorted(told) == sorted(files), _("the event has its files, by name"))
        for name, (_kind, content) in files.items():
            require(told[name].size in (None, len(content)), _("a file is as long as was told"))
            for reader in (one for one in (trial.backend, trial.again, trial.other) if one is not None):
                found = await reader.fetch_attachment(told[name].remote_id, ENOUGH)
                require(found == content, _("{name} comes back byte for byte").format(name=name))
            await _too_large(trial, told[name], len(content))


@check(
    later("A file with an evil name is taken as a file or refused; its bytes stay what they were"),
    writes=True,
    commands="note",
    able=("uploads", "attachments"),
)
async def survives_evil_names(trial: Trial) -> None:
    ref = await trial.any_ticket()
    taken: list[Attachment] = []
    content = _picture()
    for name in (EVIL, "con", "a" * 2_000 + ".png", ".", ""):
        try:
            taken.append(await trial.backend.upload(name, "image/png", content))
        except (Rejected, Forbidden):
            continue
    if not taken:
        raise Untried(_("it refused all of them"))
    command = await trial.make(Note, ref, text=trial.words("Nomes."), attachments=tuple(taken))
    event = await trial.echo(command, await trial.carried_out(command))
    require(len(event.attachments) == len(taken), _("the event has its files"))
    for file in event.attachments:
        require(bool(file.name.strip()), _("every file has a name"))
        require(
            await trial.backend.fetch_attachment(file.remote_id, ENOUGH) == content,
            _("its bytes are what they were"),
        )


@check(
    later(
        "What names a file that is not there, or where files are not declared, is refused and not sent without it"
    ),
    writes=True,
)
async def refuses_missing_files(trial: Trial) -> None:
    can = trial.can.commands & {"note", "reply"}
    if not can:
        raise Untried(_("it declares neither reply nor note"))
    ref = await trial.any_ticket()
    lost = (Attachment(remote_id="999999999", name="perdido.png"),)
    note = await trial.make(Note, ref, text=trial.words("Sem anexo."), attachments=lost)
    reply = await trial.make(
        Reply, ref, text=trial.words("Sem anexo."), channel=Channel.EMAIL, attachments=lost
    )
    told: list[tuple[Command, str]] = [
        (note, _("a note with a lost file")),
        (reply, _("a reply with a lost file")),
    ]
    await trial.refused(*(one for one in told if one[0].type in can))


READING: tuple[Check, ...] = (refuses_unknown_files, fetches)
WRITING: tuple[Check, ...] = (uploads, survives_evil_names, refuses_missing_files)


async def _too_large(trial: Trial, file: Attachment, size: int) -> None:
    require(
        len(await trial.backend.fetch_attachment(file.remote_id, size)) == size,
        _("exactly as many bytes as allowed come"),
    )
    try:
        await trial.backend.fetch_attachment(file.remote_id, size - 1)
    except Rejected as error:
        require(error.reason == "too_large", _("a file that is too long is refused as too_large"))
    else:
        raise Broken(_("a file that is longer than allowed is refused"))


def _picture() -> bytes:
    """A PNG that is one, with every value a byte can have."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = b"".join(b"\0" + bytes(range(at, at + 16)) for at in range(0, 256, 16))
    head = struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 0))
        + chunk(b"IEND", b"")
    )
