"""Every page with every context that matters, full of other people's markup."""

from collections.abc import Mapping

from tests.idp.web import federation_cases

NAME = {"zh": "广东省统一身份认证", "en": "Guangdong Identity"}
EVIL = '<script>alert("1")</script>&"\''
SIGNIN = {
    "action": "/signin/1", "username": EVIL, "error": None, "retry_after": 90, "notice": None,
    "client_name": EVIL, "elsewhere_url": "/elsewhere", "last_region": None, "hidden": {"csrf": EVIL},
}  # fmt: skip
REGIONS = [
    {"code": f"{part}{n}0000", "name": EVIL, "available": n != 2, "remembered": (part, n) == (4, 1)}
    for part in range(1, 9)
    for n in (1, 2)
]
ERROR = {"incident": "MY-00000000", "public": EVIL, "again_url": None, "client_name": EVIL, "entity": None}
SITES = [{"name": EVIL, "done": True}, {"name": EVIL, "done": False}]

CASES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "sign-in": ("signin.html", SIGNIN),
    "sign-in after a wrong password": ("signin.html", SIGNIN | {"error": "wrong", "last_region": EVIL}),
    "sign-in of a locked account": ("signin.html", SIGNIN | {"error": "locked"}),
    "sign-in while a directory is away": ("signin.html", SIGNIN | {"error": "unavailable"}),
    "sign-in after a region failed": ("signin.html", SIGNIN | {"notice": "region_failed"}),
    "sign-in again": ("signin.html", SIGNIN | {"notice": "renew", "elsewhere_url": None, "client_name": ""}),
    "a few regions": (
        "regions.html",
        {"action": "/r", "regions": REGIONS[:2], "client_name": EVIL, "notice": None},
    ),
    "many regions": (
        "regions.html",
        {"action": "/r", "regions": REGIONS, "client_name": EVIL, "notice": "failed"},
    ),
    "consent": (
        "consent.html",
        {"action": "/c", "client_name": EVIL, "client_uri": EVIL, "scopes": ["openid", "email", EVIL]},
    ),
    "sign-out": ("signout.html", {"action": "/o", "hidden": {"id": EVIL}, "sites": [EVIL], "others": 1}),
    "sign-out with nothing open": ("signout.html", {"action": "/o", "hidden": {}, "sites": [], "others": 0}),
    "signed out": (
        "signedout.html",
        {"sites": SITES, "others": 2, "continue_url": "https://a.example/", "continue_name": EVIL},
    ),
    "signed out, nowhere to go": (
        "signedout.html",
        {"sites": [], "others": 0, "continue_url": None, "continue_name": None},
    ),
    "home": ("home.html", {"signed_in": True, "region": EVIL, "level": 3, "signout_url": "/signout"}),
    "home of nobody": ("home.html", {"signed_in": False, "region": None, "level": None, "signout_url": None}),
    "an error": ("error.html", ERROR | {"code": "expired", "again_url": "/again"}),
    "an unknown error": ("error.html", ERROR | {"code": EVIL, "client_name": None}),
    "a stranger": ("error.html", ERROR | {"code": "invalid_trust_chain", "entity": EVIL}),
    "an overload": ("error.html", ERROR | {"code": "temporarily_unavailable"}),
    **federation_cases.CASES,
}
ERRORS = (
    "unknown_client", "invalid_redirect_uri", "invalid_request", "expired", "wrong_browser",
    "request_replayed", "invalid_trust_chain", "invalid_metadata",
    "temporarily_unavailable",
    "not_found", "method_not_allowed", "too_large", "server_error", "forged_return", "region_unavailable",
    "logout_refused", "access_denied",
)  # fmt: skip
