"""A file of any kind → grids of cells, or the parts of a document."""
