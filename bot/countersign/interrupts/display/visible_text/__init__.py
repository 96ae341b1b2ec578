"""Makes text safe to read for approvers: hidden or deceptive characters are written out, others stay.

A token in ⟨angle brackets⟩ stands for a character (`⟨U+202E⟩`), for a run of one (`⟨12 × U+200B⟩`,
`⟨2600 spaces⟩`), or follows what it is about (`а⟨U+0430⟩`). Two different texts are never written alike: a
bracket of the text itself is written out as well.
"""

from countersign.interrupts.display.visible_text.escaping import (
    display_name,
    escape_hidden,
    escape_invisible,
    is_displayed_unchanged,
    lines_of,
    quoted_name,
    single_line,
)
from countersign.interrupts.display.visible_text.hidden_characters import has_invisible

__all__ = [
    "display_name",
    "escape_hidden",
    "escape_invisible",
    "has_invisible",
    "is_displayed_unchanged",
    "lines_of",
    "quoted_name",
    "single_line",
]
