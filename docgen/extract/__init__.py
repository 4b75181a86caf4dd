"""Cells → answers: a kit's vocabulary, classes of cells, forms, tables, Word controls, what was left over."""
