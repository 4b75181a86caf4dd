"""The sandboxed Jinja2 that kits and templates are written in, its limits, and negation in texts."""
