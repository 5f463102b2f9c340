"""What the documentation says is so: every name has its heading, every link leads somewhere, every command works."""
