"""Read a file of any supported format into grids of cells, or into the parts of a document."""
