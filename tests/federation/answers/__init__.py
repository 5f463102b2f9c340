"""What federation endpoints answer, as a reader verifies it."""
