"""What kind of file may be kept: nothing that runs or draws a page, whatever it is called and whatever it says it is.

Three looks that must agree: the content type told, the ending of the name, and the first bytes.
"""

from __future__ import annotations

import re

import puremagic

from atendente_tui.domain.refusal import Refused

HEAD = 65_536
"""First bytes of a file that are looked at."""
PLAIN = "application/octet-stream"

ACTIVE_TYPES = frozenset(
    """
    text/html application/xhtml+xml image/svg+xml application/xslt+xml text/xsl application/hta
    text/javascript application/javascript application/x-javascript text/ecmascript application/ecmascript
    text/jscript text/vbscript application/wasm application/x-shockwave-flash
    application/x-msdownload application/x-msdos-program application/x-dosexec application/x-msi
    application/x-ms-installer application/vnd.microsoft.portable-executable application/x-executable
    application/x-elf application/x-sharedlib application/x-mach-binary application/vnd.android.package-archive
    application/x-sh application/x-csh application/x-shellscript text/x-shellscript text/x-sh application/x-bat
    application/x-perl application/x-powershell application/x-python-code application/java-archive
    application/x-java-archive application/java-vm application/x-java-applet
    application/x-ms-shortcut application/x-desktop message/external-body multipart/x-mixed-replace
    """.split()  # noqa: SIM905 - a table
)
ACTIVE_ENDINGS = frozenset(
    """
    html htm xhtml xht shtml mhtml mht svg svgz xsl xslt hta htc swf
    js mjs cjs jse vbs vbe wsf wsh wsc sct ps1 psm1 bat cmd com
    exe scr pif cpl dll sys msi msp mst msc jar jnlp class dex apk
    lnk url desktop reg inf chm hlp gadget application appref-ms scf library-ms
    sh bash zsh csh ksh fish run bin command app pkg deb rpm appimage
    """.split()  # noqa: SIM905 - a table
)
_FORM = ("multipart/form-data", "application/x-www-form-urlencoded")
"""What a browser's form or a bare `curl --data-binary` says: nothing about the file."""

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}"
_TYPE = re.compile(
    rf'({_WORD}/{_WORD})(?:\s*;\s*{_WORD}=(?:{_WORD}|"[^"\\\x00-\x1f]{{0,200}}"))*\s*;?', re.ASCII
)
_RUNS = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe"),
    *(
        b"\xcf\xfa\xed\xfe",
        b"dex\n",
        b"\0asm",
        b"#!",
        b"L\0\0\0\x01\x14\x02\0",
        b"!<arch>",
        b"\xed\xab\xee\xdb",
    ),
)
_RUNS_TEXT = re.compile(rb"@echo\s+off|\[desktop entry\]|\[internetshortcut\]|windows registry editor")
_RUNS_ZIP = re.compile(rb"META-INF/|AndroidManifest\.xml")
_MARK = re.compile(rb"\A(?:\s|\xef\xbb\xbf|\xff\xfe|\xfe\xff)+")
_BEFORE_TAG = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)+", re.DOTALL)
_PAGE = re.compile(
    rb"<!doctype\s+(?:html|svg)|<\?(?:php|=)|<(?:[\w.-]{1,40}:)?"
    rb"(?:html|head|body|script|iframe|svg|style|title|table|div|font|h1|img|br|p|a|b|meta|link|object|embed|form|base)"
    rb"(?=[\s/>])"
)
"""The signs by which browsers take bytes for a page (WHATWG MIME sniffing, section 7.1), and those of SVG."""
_SURE = 0.4


def declared(content_type: str | None) -> str:
    """The type told, without parameters and in lower case; "application/octet-stream" where it says nothing.

    Raises Refused("attachment_type", found).
    """
    told = (content_type or "").strip()
    if not told:
        return PLAIN
    found = _TYPE.fullmatch(told)
    kind = found[1].lower() if found else ""
    if not kind or kind in ACTIVE_TYPES:
        raise Refused("attachment_type", found=told[:80])
    return PLAIN if kind in _FORM else kind


def check(name: str, head: bytes) -> None:
    """Raises Refused("attachment_type", found) where the name or the first bytes are of something active."""
    ending = name.rpartition(".")[2].casefold().strip() if "." in name else ""
    if ending in ACTIVE_ENDINGS:
        raise Refused("attachment_type", found=f".{ending}")
    if found := active(head[:HEAD]):
        raise Refused("attachment_type", found=found)


def active(head: bytes) -> str:
    """What active thing the first bytes are of, in a word or two; "" for none."""
    if head.startswith(_RUNS) or _RUNS_TEXT.match(_text(head)):
        return "executable"
    if head.startswith(b"PK"):  # a ZIP is what its first entry says; of these puremagic only guesses
        return "application/java-archive" if _RUNS_ZIP.match(head, 30) else ""
    if _is_page(head):
        return "text/html"
    try:
        guesses = puremagic.magic_string(head) if head else []
    except (puremagic.PureError, ValueError):
        guesses = []
    for one in guesses:
        if one.mime_type == "text/html":
            continue  # its guess for anything that begins with "<!": seen more exactly above
        hostile = one.mime_type in ACTIVE_TYPES or one.extension.lstrip(".").casefold() in ACTIVE_ENDINGS
        if one.confidence >= _SURE and (hostile or "executable" in one.name.casefold()):
            return one.mime_type or "executable"
    return ""


def _text(head: bytes) -> bytes:
    """The beginning as lower-case text of one byte a character, whatever Unicode it is written in."""
    return _MARK.sub(b"", head.replace(b"\0", b"")).lower()


def _is_page(head: bytes) -> bool:
    text = _text(head)
    before = _BEFORE_TAG.match(text)
    rest = text[before.end() :] if before is not None else text
    # A comment that is never closed hides what follows.
    return bool(_PAGE.match(text) or _PAGE.match(rest)) or rest.startswith((b"<!--", b"<?"))
