"""Names: owns when one naming constraint lies within another (OIDF §6.2.2, RFC 5280 §4.2.1.10). Pure."""


def covers(wider: str, name: str) -> bool:
    """Whether every host that `name` stands for is also one that `wider` stands for.

    A name that begins with a dot stands for all hosts below it and not for itself.
    """
    return wider == name or (wider.startswith(".") and name.endswith(wider))
