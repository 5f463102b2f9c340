"""Real Chromium against real servers."""
