"""What the system says went wrong with a file, in the person's language."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from atendente_tui.i18n import _, later

_WORDS: Mapping[int, str] = {
    errno.ENOENT: later("it is not there"),
    errno.EACCES: later("this user may not"),
    errno.EPERM: later("this user may not"),
    errno.EEXIST: later("it is there already"),
    errno.EISDIR: later("it is a folder"),
    errno.ENOTDIR: later("it is no folder"),
    errno.EROFS: later("the disk can only be read"),
    errno.ENOSPC: later("the disk is full"),
    errno.EDQUOT: later("the disk is full"),
    errno.EFBIG: later("it would be too large"),
    errno.ENAMETOOLONG: later("the name is too long"),
    errno.ELOOP: later("it links to itself"),
    errno.EIO: later("the disk does not answer as it should"),
    errno.ENXIO: later("it is no ordinary file"),
    errno.EADDRINUSE: later("another program listens there"),
    errno.EADDRNOTAVAIL: later("it is no address of this machine"),
}


def why(error: OSError) -> str:
    """The reason as a few words that go after a colon; the system's own where they are not known here."""
    word = _WORDS.get(error.errno or 0)
    return _(word) if word else error.strerror or type(error).__name__
