"""`python -m docgen`."""

if __name__ == "__main__":  # worker processes import this module under another name, and need nothing of it
    from docgen.cli import main

    main()
