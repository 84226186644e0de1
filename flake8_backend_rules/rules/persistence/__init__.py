"""KBR3: persistence and transactions."""
