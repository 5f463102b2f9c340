"""What a superior may say about those below it."""
