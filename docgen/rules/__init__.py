"""Answers → intake → review: normalising, rules, figures, verdict."""
