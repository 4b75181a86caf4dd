"""Finding, loading and checking a kit, with line numbers; commercial terms."""
