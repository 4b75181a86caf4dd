"""Many sources in one run: their packets made in worker processes, every step kept so that it survives anything.

run        a run from beginning to end          discover   sources as given → files
schedule   which unit is next, what follows     units      what passes between the parts: job, unit, outcome
workers    processes that may die alone         work       one unit → its outcome, in a worker
cluster    workers on a dask cluster            relay      one of those workers, from within
journal    outcomes on disk                     segments   the same where nothing can be appended to
fetch      sources in storage → files here      summary    outcomes → totals
reports    report.xlsx (workbook) and report.html (page)
"""
