"""Many sources in one run: their packets made in worker processes, every step kept so that it survives anything.

discover   sources as given → files             units      what passes between the parts: job, unit, outcome
schedule   which unit is next, and what follows  work       one unit → its outcome, in a worker
workers    processes that may die alone          journal    outcomes on disk, for --resume and the reports
summary    outcomes → totals                     workbook, page   report.xlsx and report.html
"""
