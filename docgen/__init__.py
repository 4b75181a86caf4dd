"""docgen: intake sheets in, customer packets out."""

__version__ = "1.0.0"
