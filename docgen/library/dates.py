"""The date that documents carry."""

from __future__ import annotations

import datetime as dt
import os

from docgen.errors import UsageError
from docgen.language import tr


def printed_date(given: dt.date | None = None) -> dt.date:
    """`given`, else SOURCE_DATE_EPOCH (UTC), else today.  Raises UsageError if that variable is no time."""
    if given is not None:
        return given
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        try:
            return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date()
        except (ValueError, OverflowError, OSError) as cause:
            raise UsageError(
                tr("SOURCE_DATE_EPOCH={epoch}: is no number of seconds since 1970", epoch=epoch)
            ) from cause
    return dt.datetime.now().astimezone().date()
