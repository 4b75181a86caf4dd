"""The pipeline in a browser, on this machine alone: pages over the library, for people without a terminal.

settings   what the desk is started with, and its limits
access     who may ask: the link, the cookie, Host and Origin, headers, sizes
store      what the desk remembers: SQLite, and files beside it
readings, documents, drawing   what workers do: read a source, make a document, draw a sheet
work       the workers, and who waits for them
live       what has changed, told to open pages
words, pages   the texts of both languages, and the templates
inbox, intake, out, runs, contracts, legal   the pages
app, serve   all of it together, and the server
"""
