"""Checks of cursors: whoever stops anywhere and goes on later, there or elsewhere, knows the same in the end."""

from __future__ import annotations

from atendente_tui.backends.conformance.checking import Broken, Check, check, require
from atendente_tui.backends.conformance.trial import Trial, pages
from atendente_tui.backends.conformance.world import World, differences
from atendente_tui.backends.port import Backend, BackendError
from atendente_tui.domain.change import ChangePage
from atendente_tui.i18n import _, later

PLACES, FEW = 12, 2
"""Cursors of one pull that are resumed from, evenly spread where it has more pages."""
TOLD = 3
TRIES = 3


@check(later("A pull goes on from any page's cursor and ends with the same world"))
async def resumes(trial: Trial) -> None:
    found = await trial.first_pull()
    for place in _places(len(found)):
        before = World(found[: place + 1])
        await _ends_alike(
            trial,
            trial.backend,
            before,
            found[place].cursor,
            _("gone on with after page {n}").format(n=place + 1),
        )


@check(
    later("A pull that is cut off after a page is gone on with by another connection, and nothing is missing")
)
async def survives_cuts(trial: Trial) -> None:
    whole = len(await trial.first_pull())
    for place in sorted({1, max(1, whole // 2), max(1, whole - 1)}):
        begun = await pages(trial.again, None, limit=place)
        if begun:
            await _ends_alike(
                trial,
                trial.backend,
                World(begun),
                begun[-1].cursor,
                _("cut off after page {n}").format(n=place),
            )


@check(later("A full pull tells everything again, and ends with the same world"))
async def walks_again(trial: Trial) -> None:
    await trial.first_pull()
    cursor = trial.first[-1].cursor
    for start in (cursor, None):
        again = await _ends_alike(trial, trial.again, World(), start, _("walked through in full"), full=True)
        require(bool(again) and again[-1].caught_up, _("the last page says that it is caught up"))


@check(later("A cursor that it did not make is refused as the port allows, or begins anew; nothing breaks"))
async def survives_strange_cursors(trial: Trial) -> None:
    known = (await trial.first_pull())[-1].cursor
    for cursor in (
        "",
        "-1",
        "9" * 40,
        "nonsense\x00\u202e😀\ud800",
        "../../etc/passwd",
        "{}",
        "x" * 100_000,
        known[: len(known) // 2],
        known + "x",
    ):
        try:
            await pages(trial.again, cursor, limit=1)
        except BackendError:
            continue
        except Exception as error:
            raise Broken(
                _("a cursor like {cursor} raises one of the port's errors, not {error}").format(
                    cursor=repr(cursor[:20]), error=type(error).__name__
                )
            ) from error


@check(
    later("Whoever was away, or begins only now, ends with the same world as who was told step by step"),
    writes=True,
)
async def catches_up(trial: Trial) -> None:
    """The last of the writing checks: all that they did is news to who stopped before them."""
    found = await trial.first_pull()
    await trial.follow()
    away = found[-1].cursor
    told = await _ends_alike(trial, trial.again, World(found), away, _("after an absence"))
    for place in _places(len(told), FEW):
        before = World([*found, *told[: place + 1]])
        where = _("after an absence, gone on with after page {n}").format(n=place + 1)
        await _ends_alike(trial, trial.again, before, told[place].cursor, where)
    await _ends_alike(trial, trial.again, World(), None, _("beginning now"))
    require(not trial.world.loose, ", ".join(trial.world.loose[:TOLD]))


READING: tuple[Check, ...] = (resumes, survives_cuts, walks_again, survives_strange_cursors)
WRITING: tuple[Check, ...] = (catches_up,)


async def _ends_alike(
    trial: Trial, backend: Backend, before: World, cursor: str | None, when: str, *, full: bool = False
) -> list[ChangePage]:
    """Pull from `cursor` on top of `before`; the end must be what the first connection knows. The pages."""
    wrong: list[str] = []
    for _try in range(TRIES):  # others may be at work there: then a later look agrees
        since = trial.world.mark()
        rest = await pages(backend, cursor, full=full)
        require(
            bool(rest) and rest[-1].caught_up,
            _("{when}: the last page says that it is caught up").format(when=when),
        )
        world = before.copy()
        for page in rest:
            world.hear(page.changes)
        await trial.follow()
        wrong = differences(world, trial.world, since)
        if not wrong:
            return rest
    told = ", ".join(wrong[:TOLD]) + (" …" if len(wrong) > TOLD else "")
    raise Broken(_("{when}: {differences}").format(when=when, differences=told))


def _places(count: int, most: int = PLACES) -> list[int]:
    """Indices of the pages to stop after: all, or some of them, the first and the last included."""
    if count <= most:
        return list(range(count))
    return sorted({round(n * (count - 1) / (most - 1)) for n in range(most)})
