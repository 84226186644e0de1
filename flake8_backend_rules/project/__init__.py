"""What is known beyond the linted file: source roots, module summaries, names followed to their definitions."""
