"""The sandboxed Jinja2 of kits and templates, its limits, and negation in texts."""
