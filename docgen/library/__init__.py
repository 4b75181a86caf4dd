"""What programs do with docgen, and the command line on top of it: kits, cases, batch runs.

The defaults are here, where the help of the command line finds them without importing anything heavy.
"""

DEFAULT_KIT = "caller-number"
#: The longest that one intake of a batch may take, in seconds; one takes less than one.
TIMEOUT = 300.0
#: How many intakes of one source of a batch are made: a longer customer list is somebody's mistake.
MOST_INTAKES = 200_000
