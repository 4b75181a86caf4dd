"""Serve the pipeline in a browser on this machine, for people who do not use a terminal.

settings   the start settings and limits of the desk
access     request checks: the link, the cookie, Host and Origin, headers, sizes
database, store   stored data: SQLite, and files beside it
readings, documents, drawing, trial   tasks for workers: read a source, make a document, draw a sheet, try a template
work       the workers, and waiting for their results
live       messages about changes to open pages
pages, forms, request_language   templates with the texts of both languages, posted forms, the language of a request
inbox, intake, out, finals, legal, log   the pages
runs, run_process, run_pages   batch runs
app, serve, desk   the application, the server, and what all pages share
"""
