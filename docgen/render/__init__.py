"""Intake and review → the documents of a packet.  Nothing here writes a file: renderers return bytes."""
