"""Many sources in one run: packets made in worker processes, each outcome saved so that a run can be resumed.

run           a run from beginning to end          schedule      which unit is next, and what follows
jobs          the data: job, unit, outcome         work          one unit → its outcome, in a worker
dask_client   workers on a dask cluster            dask_worker   one of those workers, from within
journal       outcomes on disk                     object_journal   the same on object storage
download      sources in storage → files here      summary       outcomes → totals
reports       report.xlsx (workbook) and report.html (page)
"""
