"""Web: owns everything that speaks HTTP and HTML: parse, call, render. Nothing below imports it."""
