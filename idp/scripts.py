"""Scripts: owns the steps that the server runs as one. Does not know how it is reached.

Imports nothing of ours.
"""

from hashlib import sha1


class Script:
    """A Lua script and the name under which the server remembers it."""

    __slots__ = ("sha", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = sha1(text.encode(), usedforsecurity=False).hexdigest()


# KEYS: the key, then `into` if there is one, then `needs` if there is one. ARGV: lifetime or 0, "1" when
# `needs` is given. GETDEL comes first: a code is spent even if its session has ended since.
TAKE = Script("""
local value = redis.call('GETDEL', KEYS[1])
if not value then return false end
if ARGV[2] == '1' and redis.call('EXISTS', KEYS[#KEYS]) == 0 then return false end
if ARGV[1] ~= '0' then redis.call('SET', KEYS[2], value, 'EX', ARGV[1]) end
return value
""")
SWAP = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '0' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
return 1
""")
