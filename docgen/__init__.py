"""docgen: intake sheets in, customer packets out."""

__version__ = "0.1.0"
