"""When Python looks for garbage: seldom, and not among what stays for as long as the process does.

A review makes some hundred thousand objects, and by default they are looked through a hundred times, with all that
the libraries hold.  What is loaded when a process is warm is never looked at again (a tenth of a review's time).
"""

from __future__ import annotations

import gc

#: Objects made since the last look: a tenth of those of a review, a few MB.
_SELDOM = 50_000


def look_seldom() -> None:
    """Let this process, which is docgen's own, look for garbage seldom."""
    gc.set_threshold(_SELDOM, 10, 10)


def keep_what_is_loaded() -> None:
    """Never look again at what there is now: for a process that is warm.  Once it has been called, nothing happens."""
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
