"""The authority: who is below us, what we state about them, and the marks that we issue."""
