"""The library for programs, on which the command line is built: kits, cases, batch runs.

The defaults are here, where the help of the command line finds them without importing anything heavy.
"""

DEFAULT_KIT = "caller-number"
#: The most seconds for one intake of a batch; a usual intake takes less than one.
TIMEOUT = 300.0
#: The most intakes in one source of a batch: a longer customer list is a mistake.
MOST_INTAKES = 200_000
