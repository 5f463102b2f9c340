"""Portal: owns a demo portal's addresses. Does not know tokens (`relying`) or who is signed in (`visitors`).

A plain relying party, as any site's engineer would write it: it works with every OpenID provider. One that is
known by chain also says who it is (`leaf`).
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from idp.demo.discovery import NotAccepted
from idp.demo.leaf import MEDIA_TYPE, PATH, Leaf
from idp.demo.loopback import Unreachable
from idp.demo.relying import RelyingParty
from idp.demo.visitors import Visitors
from idp.demo.web import guard
from idp.web.pages import Pages, locale_for

_WISHES = ("prompt", "max_age", "scope", "acr_values", "ui_locales", "login_hint")
_CALM = {"login_required", "interaction_required", "consent_required", "access_denied"}
_BROWSER = "portal_browser"
_SESSION = "portal_session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """What the views need.

    Attributes:
        pages: of the site, in its name.
        region: the name of who signs its visitors in, by language.
        other: name by language and address of another portal to roam to.
        party: its OpenID side.
        visitors: its memory.
        log: takes an event's name and fields without secrets.
        url: its own address, ending in a slash.
        leaf: its side as an entity of the federation; None for one that speaks OpenID Connect only.
    """

    pages: Pages
    region: Mapping[str, str]
    other: tuple[Mapping[str, str], str]
    party: RelyingParty
    visitors: Visitors
    log: Callable[..., None]
    url: str
    leaf: Leaf | None = None

    def page(
        self, *, status: int = 200, error: str | None = None, detail: str = "", signed_out: bool = False
    ) -> Response:
        """The portal's one page, in the state that this browser is in."""
        signed_in = self.visitors.present(_cookie(_SESSION))
        locale = locale_for(request)
        name, address = self.other
        return self.pages.render(
            "portal.html",
            locale=locale,
            status=status,
            claims=signed_in.claims if signed_in else None,
            region=self.region,
            error=error,
            detail=detail,
            signed_out=signed_out,
            other={"name": name[locale], "url": address},
        )

    def set_cookie(self, response: AnyResponse, name: str, value: str) -> None:
        """A cookie for this browser session;

        `Lax`, so that it comes along on the way back from the provider.
        """
        secure = urlsplit(self.url).scheme == "https"
        response.set_cookie(name, value, httponly=True, samesite="Lax", secure=secure)


def create_portal(portal: Portal) -> Flask:
    """The WSGI program of one portal."""
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(portal.pages.assets.blueprint())
    app.add_url_rule("/", "home", portal.page)
    app.add_url_rule("/signed-out", "signed_out", lambda: portal.page(signed_out=True))
    app.add_url_rule("/me", "me", lambda: _me(portal))
    app.add_url_rule("/login", "login", lambda: _login(portal))
    app.add_url_rule("/callback", "callback", lambda: _callback(portal))
    app.add_url_rule("/logout", "logout", lambda: _logout(portal), methods=["GET", "POST"])
    app.add_url_rule("/backchannel-logout", "backchannel", lambda: _backchannel(portal), methods=["POST"])
    if (leaf := portal.leaf) is not None:
        app.add_url_rule(PATH, "entity", lambda: Response(leaf.configuration(), content_type=MEDIA_TYPE))
    app.register_error_handler(Unreachable, lambda error: _unreachable(portal, error))
    app.register_error_handler(NotAccepted, lambda error: _not_accepted(portal, error))
    app.after_request(guard)
    return app


def _me(portal: Portal) -> AnyResponse:
    signed_in = portal.visitors.present(_cookie(_SESSION))
    if signed_in is None:
        response = jsonify(error="login_required")
        response.status_code = HTTPStatus.UNAUTHORIZED
        return response
    return jsonify(dict(signed_in.claims))


def _login(portal: Portal) -> AnyResponse:
    wishes = {name: request.args[name] for name in _WISHES if request.args.get(name)}
    address, pending = portal.party.start(wishes)
    browser = _cookie(_BROWSER) or secrets.token_urlsafe(24)
    portal.visitors.depart(browser, pending)
    response = redirect(address, HTTPStatus.SEE_OTHER)
    portal.set_cookie(response, _BROWSER, browser)
    return response


def _callback(portal: Portal) -> AnyResponse:
    pending = portal.visitors.back(_cookie(_BROWSER), request.args.get("state", ""))
    if pending is None:
        raise NotAccepted("invalid_state", "this browser did not start that sign-in, or has finished it")
    if request.args.get("iss") != portal.party.registration.issuer:  # RFC 9207 §2.4, errors included
        raise NotAccepted("invalid_issuer", "the answer does not come from this portal's provider")
    if error := request.args.get("error"):
        raise NotAccepted(error, request.args.get("error_description", ""))
    signed_in = portal.party.finish(request.args.get("code", ""), pending)
    name = portal.visitors.enter(signed_in, _cookie(_SESSION))
    if name is None:
        raise NotAccepted("signed_out", "this sign-in was ended before it arrived")
    portal.log("signed_in", sub=signed_in.claims["sub"], acr=signed_in.claims.get("acr"))
    response = redirect(portal.url, HTTPStatus.SEE_OTHER)
    portal.set_cookie(response, _SESSION, name)
    return response


def _logout(portal: Portal) -> AnyResponse:
    """End the session here first, then there: nothing that happens on the way brings it back."""
    signed_in = portal.visitors.leave(_cookie(_SESSION))
    address = f"{portal.url}signed-out"
    if signed_in is not None:
        portal.log("signed_out", sub=signed_in.claims["sub"])
        address = portal.party.sign_out_address(signed_in.id_token, secrets.token_urlsafe(16))
    response = redirect(address, HTTPStatus.SEE_OTHER)
    response.delete_cookie(_SESSION)
    return response


def _backchannel(portal: Portal) -> AnyResponse:
    """Back-Channel Logout §2.5–2.8: 200 when done (or done before), 400 for anything unverified."""
    try:
        claims = portal.party.logout_token(request.form.get("logout_token", ""))
    except NotAccepted as error:
        portal.log("logout_token_refused", reason=error.public)
        response = jsonify(error="invalid_request", error_description=error.public)
        response.status_code = HTTPStatus.BAD_REQUEST
        return response
    ended = portal.visitors.end(claims["jti"], sid=claims.get("sid"), sub=claims.get("sub"))
    portal.log("logout_token", ended=ended)
    return Response(status=HTTPStatus.OK)


def _unreachable(portal: Portal, error: Unreachable) -> AnyResponse:
    portal.log("provider_unreachable", cause=str(error))
    if request.path == "/backchannel-logout":
        return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
    return portal.page(status=HTTPStatus.BAD_GATEWAY, error="provider_unreachable")


def _not_accepted(portal: Portal, error: NotAccepted) -> AnyResponse:
    portal.log("refused", code=error.code, reason=error.public)
    status = HTTPStatus.OK if error.code in _CALM else HTTPStatus.BAD_REQUEST
    return portal.page(status=status, error=error.code, detail=error.public)


def _cookie(name: str) -> str:
    return request.cookies.get(name, "")
