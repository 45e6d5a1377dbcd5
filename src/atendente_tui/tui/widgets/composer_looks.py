"""The looks of the composer: an answer and a note differ in border, ground and title."""

STYLES = """
    Composer { height: 1fr; border: round $border-blurred; }
    Composer > Writing {
        height: 1fr; border: none; padding: 0 1; background: $surface; color: $foreground; scrollbar-size-vertical: 1;
    }
    Composer > Writing:focus { border: none; }
    Composer > LineBoard { max-height: 4; padding: 0 1; }
    Composer.-reply:focus-within { border: heavy $success; border-title-color: $text-success; }
    Composer.-note { border: dashed $warning; border-title-color: $text-warning; }
    Composer.-note:focus-within { border: double $warning; border-title-color: $text-warning; }
    Composer.-note > Writing { background: $warning 12%; }
    .-narrow Composer, .-narrow Composer:focus-within {
        border: none; border-top: heavy $success;
    }
    .-narrow Composer.-note, .-narrow Composer.-note:focus-within { border: none; border-top: double $warning; }
    Composer.-note:ansi > Writing { background: ansi_default; }
    """
