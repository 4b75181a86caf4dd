"""The documents of a packet, sheets and forms to send, template checks.  Renderers return bytes."""
