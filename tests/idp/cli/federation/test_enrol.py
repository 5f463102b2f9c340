"""`manyou federation enrol` walks two people through who is below us."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.idp.authority.enrolment.office import Members
from tests.idp.cli.conftest import Run
from tests.idp.cli.federation.conftest import ANCHOR

GD = "https://gd.example"
ENROL = ("federation", "enrol")
Asked = Callable[..., tuple[str, str]]
Said = Callable[[Any], str]


def test_a_member_writes_what_to_send(node: Run) -> None:
    said = node(
        *ENROL, "request", "--superior", ANCHOR, "--contact", "ops@gd", "--mark", "https://m.example/a"
    )
    assert said.code == 0
    assert "checksum" in said.out
    assert f'authority_hints = ["{ANCHOR}"]' in said.out
    written = node(*ENROL, "request", "--superior", ANCHOR, "--contact", "ops@gd", "--json").json
    assert written["entity_id"] == "http://gd.localhost:8410"
    assert written["superior"] == ANCHOR
    assert written["entity_types"] == ["openid_provider", "openid_relying_party", "federation_entity"]
    assert (written["region"], written["intermediate"], written["contacts"]) == ("440000", False, ["ops@gd"])
    assert set(written["thumbprints"]) == {key["kid"] for key in written["jwks"]["keys"]}
    assert not any("d" in key for key in written["jwks"]["keys"])


def test_a_superior_has_an_entity_identifier(node: Run) -> None:
    said = node(*ENROL, "request", "--superior", "anchor")
    assert (said.code, "entity identifier" in said.err) == (2, True)


def test_a_request_is_looked_at(anchor: Run, asked: Asked) -> None:
    file, checksum = asked()
    said = anchor(*ENROL, "preview", file)
    assert (said.code, said.err) == (0, "")
    assert checksum in said.out
    shown = anchor(*ENROL, "preview", file, "--json").json
    assert (shown["trusted"], shown["entity_id"], shown["checksum"]) == (True, GD, checksum)
    assert shown["resolved"]["openid_provider"]["manyou_region"] == "440000"
    (altered,) = shown["altered"]
    assert (altered["parameter"], altered["before"], altered["after"]) == ("manyou_region", None, "440000")
    assert altered["by"] == [ANCHOR]
    assert "https://portal.example" in shown["affected"]


def test_what_could_not_be_trusted_is_refused_with_its_section(
    anchor: Run, asked: Asked, members: Members
) -> None:
    members.changes["gd", "gd"] = {"authority_hints": ["https://other.example"]}
    said = anchor(*ENROL, "preview", asked()[0])
    assert said.code == 1
    assert said.err.startswith(f"manyou: {GD} could not be trusted: ")
    assert "§3.2" in said.err
    assert said.err.count("\n") == 1


def test_somebody_who_sent_nothing_is_looked_at_by_address(anchor: Run) -> None:
    said = anchor(*ENROL, "preview", GD)
    assert said.code == 0
    assert "what it says itself" in said.out
    shown = anchor(*ENROL, "preview", GD, "--json").json
    assert (shown["checksum"], shown["trusted"]) == (None, True)


def test_of_a_member_it_is_shown_whom_its_suspension_concerns(joined: Run) -> None:
    shown = joined(*ENROL, "preview", GD, "--json").json
    assert shown["verb"] == "suspend"
    assert shown["affected"] == [GD, *(f"https://{name}.example" for name in ("gz", "shop", "portal"))]


def test_two_people_enrol(anchor: Run, asked: Asked, audit: Callable[[], list[str]]) -> None:
    file, checksum = asked()
    propose = (*ENROL, "propose", file, "--checksum", checksum, "--by", "wang", "--json")
    made = anchor(*propose).json
    assert (made["stage"], made["by"], made["verb"], made["entity_id"]) == ("proposed", "wang", "enrol", GD)
    assert anchor(*propose).json["code"] == made["code"]
    assert anchor("federation", "list", "--json").json == []
    alone = anchor(*ENROL, "approve", made["code"], "--by", "WANG ")
    assert (alone.code, "second person" in alone.err) == (1, True)
    done = anchor(*ENROL, "approve", made["code"], "--by", "zhao", "--json").json
    assert (done["stage"], done["second"]) == ("published", "zhao")
    assert anchor(*ENROL, "approve", made["code"], "--by", "zhao").code == 0
    assert audit()[-3:] == ["enrolment.proposed", "enrolment.approved", "subordinate.added"]
    assert [one["entity_id"] for one in anchor("federation", "list", "--json").json] == [GD]


def test_the_checksum_must_be_heard(anchor: Run, asked: Asked) -> None:
    file, checksum = asked()
    missing = anchor(*ENROL, "propose", file, "--by", "wang")
    assert missing.code == 2
    wrong = anchor(*ENROL, "propose", file, "--checksum", checksum[::-1], "--by", "wang")
    assert (wrong.code, "does not have that checksum" in wrong.err) == (1, True)
    assert anchor(*ENROL, "list", "--json").json == []


BAD = {"no JSON": "x", "another file": "{}", "a name twice": '{"a": 1, "a": 2}'}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_request_is_said_so(anchor: Run, said: Said, name: str) -> None:
    file = said(BAD[name])
    tried = anchor(*ENROL, "preview", file)
    assert (tried.code, file in tried.err) == (1, True)
    assert anchor(*ENROL, "preview", "nowhere.json").code == 1


def test_a_request_to_somebody_else_is_refused(anchor: Run, asked: Asked) -> None:
    file, _ = asked(superior="https://other.example")
    tried = anchor(*ENROL, "preview", file)
    assert (tried.code, "asks https://other.example" in tried.err) == (1, True)


def test_terms_are_stated_and_shown(anchor: Run, asked: Asked, said: Said) -> None:
    terms = said(
        {"constraints": {"max_path_length": 2}, "metadata": {"openid_provider": {"manyou_region": "440100"}}}
    )
    shown = anchor(*ENROL, "preview", asked()[0], "--terms", terms, "--json").json
    assert shown["bounds"] == [{"issuer": ANCHOR, "name": "max_path_length", "value": 2}]
    assert shown["resolved"]["openid_provider"]["manyou_region"] == "440100"


BAD_TERMS: dict[str, Any] = {
    "an unknown member": {"jwks": {}},
    "metadata that is a list": {"metadata": []},
    "metadata of a type that is a text": {"metadata": {"openid_provider": "x"}},
    "a policy without operators": {"metadata_policy": {"openid_provider": {"x": 1}}},
    "critical operators that are a text": {"metadata_policy_crit": "x"},
    "an unlawful constraint": {"constraints": {"max_path_length": -1}},
}


@pytest.mark.parametrize("name", BAD_TERMS)
def test_terms_have_their_form(anchor: Run, asked: Asked, said: Said, name: str) -> None:
    tried = anchor(*ENROL, "preview", asked()[0], "--terms", said(BAD_TERMS[name]))
    assert (tried.code, tried.err.count("\n")) == (1, 1)


def test_suspension_and_return(joined: Run) -> None:
    def decide(verb: str) -> None:
        code = joined(*ENROL, verb, GD, "--reason", "breach", "--by", "wang", "--json").json["code"]
        assert joined(*ENROL, "approve", code, "--by", "zhao").code == 0

    decide("suspend")
    assert joined("federation", "list", "--json").json == []
    (one,) = joined("federation", "list", "--state", "suspended", "--json").json
    assert (one["entity_id"], one["state"]) == (GD, "suspended")
    assert joined("federation", "show", GD, "--json").json["statement"] is None
    decide("reinstate")
    assert joined("federation", "show", GD, "--json").json["statement"]["claims"]["sub"] == GD
    decide("remove")
    assert [one["event"] for one in joined("federation", "show", GD, "--json").json["events"]] == [
        "registration",
        "suspension",
        "reinstatement",
        "revocation",
    ]


def test_what_waits_is_listed_and_shown_and_rejected(joined: Run) -> None:
    assert joined(*ENROL, "list", "--json").json == []
    assert [one["stage"] for one in joined(*ENROL, "list", "--all", "--json").json] == ["published"]
    code = joined(*ENROL, "suspend", GD, "--reason", "breach", "--by", "wang", "--json").json["code"]
    assert code in joined(*ENROL, "list").out
    shown = joined(*ENROL, "show", code, "--json").json
    assert (shown["reason"], shown["preview"]["entity_id"]) == ("breach", GD)
    assert joined(*ENROL, "show", code).code == 0
    assert joined(*ENROL, "reject", code, "--by", "zhao").code == 2
    assert joined(*ENROL, "reject", code, "--by", "zhao", "--reason", "mended").code == 0
    assert joined(*ENROL, "list", "--json").json == []
    again = joined(*ENROL, "approve", code, "--by", "li")
    assert (again.code, "is rejected" in again.err) == (1, True)


def test_an_update_says_what_changes(joined: Run, said: Said) -> None:
    assert joined(*ENROL, "update", GD, "--reason", "r").code == 2
    made = joined(
        *(*ENROL, "update", GD, "--region", "440100", "--contact", "new@gd", "--reason", "moved"),
        *("--by", "wang", "--json"),
    ).json
    assert made["subordinate"]["metadata"] == {"openid_provider": {"manyou_region": "440100"}}
    assert joined(*ENROL, "approve", made["code"], "--by", "zhao").code == 0
    one = joined("federation", "show", GD, "--json").json
    assert (one["contacts"], one["metadata"]["openid_provider"]["manyou_region"]) == (["new@gd"], "440100")
    same = joined(*ENROL, "update", GD, "--region", "440100", "--reason", "moved")
    assert (same.code, "already" in same.err) == (1, True)
    terms = said({"constraints": {"max_path_length": 4}})
    assert joined(*ENROL, "update", GD, "--terms", terms, "--reason", "r", "--by", "wang").code == 0


def test_keys_that_the_member_does_not_use_break_it(
    joined: Run, members: Members, jwks: Callable[[Any], str]
) -> None:
    file = jwks({"jwks": members.country.jwks("zj")})
    change = (*ENROL, "update", GD, "--jwks", file, "--reason", "stolen", "--by", "wang")
    tried = joined(*change)
    assert (tried.code, "--break-anyway" in tried.err) == (1, True)
    assert joined(*change, "--break-anyway", "it follows at noon").code == 0


def test_who_is_not_registered_is_said_so(anchor: Run) -> None:
    for words in (("suspend", GD, "--reason", "r"), ("update", GD, "--region", "1", "--reason", "r")):
        tried = anchor(*ENROL, *words)
        assert (tried.code, "manyou federation list" in tried.err) == (1, True)


def test_only_an_authority_has_subordinates(node: Run) -> None:
    for words in (("list",), ("enrol", "list"), ("mark", "list"), ("policy", "show"), ("refresh",)):
        tried = node("federation", *words)
        assert (tried.code, "[authority]" in tried.err) == (1, True)
