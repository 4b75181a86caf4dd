"""Word and HTML templates: text runs, tags, blocks, names and types, compiling, rendering."""
