"""Many sources in one run: find them, make their packets in worker processes, report on all of it."""
