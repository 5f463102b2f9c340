"""A small country in memory: hub, two provinces, two portals, and a browser with a cookie jar per site.

No sockets but Valkey's; time stands still until a test moves it.
"""
