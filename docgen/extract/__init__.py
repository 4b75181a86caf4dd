"""Find the answers in sheets, tables, forms and Word controls, and list the texts that were not understood."""
