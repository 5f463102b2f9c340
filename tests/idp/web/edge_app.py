"""Edge app: a small application with one room for programs and one for people, each of which can fail."""

import json
import re
from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, Response, request

from idp.errors import PageError, Refused, Unavailable, WireError
from idp.web.edge import Edge, single, wire
from idp.web.pages import Pages
from tests.idp.made import ZJ

NUMBER = re.compile(r"MY-[0-9A-F]{8}")
HTML = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}
ERRORS: dict[str, Callable[[], Exception]] = {
    "wire": lambda: WireError(
        "invalid_client",
        "Send the secret.",
        status=401,
        cause="wrong secret",
        headers={"WWW-Authenticate": "Basic"},
    ),
    "page": lambda: PageError("expired", "Start again.", status=403, cause="too old", client_id="portal"),
    "refused": lambda: Refused(
        "login_required",
        "Nobody is signed in.",
        back_to="https://rp.example/cb?x=1",
        state="s t",
        cause="no session",
    ),
    "unavailable": lambda: Unavailable("store", "connection refused at 10.0.0.7", retry_after=7),
    "crash": lambda: RuntimeError("the secret plan of line 42"),
}


def app(issuer: str = ZJ) -> Flask:
    made = Flask("edge")

    def again(client_id: str) -> tuple[str | None, Mapping[str, str]]:
        return f"https://rp.example/start/{client_id}", {"zh": "门户", "en": "The portal"}

    Edge(issuer=issuer, pages=Pages({"zh": "浙江", "en": "Zhejiang"}, issuer), again=again).guard(made)
    for name in ("token", "signin"):
        made.register_blueprint(_room(name))
    return made


def _room(name: str) -> Blueprint:
    room = Blueprint(name, __name__)

    @room.get(f"/{name}/fail/<kind>")
    def fail(kind: str) -> Response:
        raise ERRORS[kind]()

    @room.post(f"/{name}/form")
    def form() -> Response:
        read = wire(request).form if name == "token" else single(request.form)
        return Response(json.dumps(dict(read)))

    @room.get(f"/{name}/query")
    def query() -> Response:
        read = wire(request).query if name == "token" else single(request.args)
        return Response(json.dumps(dict(read)))

    return room
