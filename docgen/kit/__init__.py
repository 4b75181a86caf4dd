"""A kit found, loaded with line numbers and checked; commercial terms."""
