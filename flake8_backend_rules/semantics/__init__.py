"""What the linted file means: roles, handler code, types of values, layers."""
