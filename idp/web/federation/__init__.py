"""Federation endpoints: owns how entities ask us about others (OIDF §8). Decides nothing."""

from idp.web.federation.room import blueprint

__all__ = ["blueprint"]
