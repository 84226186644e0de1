"""KBR5: auth and operation context."""
