"""The pages about the federation with every context that matters, full of other people's markup."""

from collections.abc import Mapping
from typing import Any

from federation.changes import Change, Rule
from federation.errors import Reason
from federation.resolve.report import Report, Step
from idp.seen.lineage import Hop, Key, Lineage, MarkState, Shown
from idp.seen.picture import CROWD, picture
from idp.seen.portrait import Entity
from idp.seen.trouble import Trouble, trouble
from idp.web import drawing
from idp.web.atlas import SIZE, plain

NOW = 1_800_000_000
EVIL = '<script>alert("1")</script>&"\''
ANCHOR, GD, PORTAL = "https://anchor.example", "https://gd.example", "https://portal.example"
OWN = Entity(entity_id=GD, state="passed", superior=ANCHOR, roles=("authority",))
SEEN = (
    Entity(entity_id=ANCHOR, state="passed", roles=("anchor",), name={"en": EVIL, "zh": EVIL}),
    Entity(
        entity_id=GD,
        state="trusted",
        superior=ANCHOR,
        roles=("provider", "authority"),
        region="440000",
        identity_levels=("RL1", "RL4"),
        authenticator_levels=("AL1",),
        marks=(f"https://anchor.example/marks/{EVIL}",),
        until=NOW,
    ),
    Entity(entity_id="https://zj.example", state="suspended", superior=ANCHOR, roles=("provider",), region=EVIL),
    Entity(entity_id=f"https://gov.example/{EVIL}", state="registered", superior=GD, roles=()),
    *(Entity(entity_id=f"https://q{n}.example", state="passed", superior=GD, roles=("party",)) for n in range(CROWD + 2)),
)  # fmt: skip


def called(one: str | Entity) -> str:
    return one if isinstance(one, str) else drawing.called(one, "en")


def picture_of(uncounted: int = 0) -> Mapping[str, Any]:
    seen = picture(OWN, SEEN, most=200, uncounted=uncounted)
    return {
        "picture": seen,
        "drawing": drawing.drawing(seen, "en"),
        "called": called,
        "now": NOW,
        "left": [one for one in seen.levels if one.drawn < len(one.entities)],
        "size": SIZE,
    }


def level(before: int | None, after: int | None) -> Mapping[str, Any]:
    shown = {"entities": SEEN, "known": 300, "called": called, "own": GD}
    return {"level": 1, "before": before, "after": after, **shown}


STATES: tuple[MarkState, ...] = ("active", "inactive", "lapsed", "unchecked")
KEY = Key(kid=EVIL, print="abcdefghijkl", kind="P-256")
LIMITS = {
    "max_path_length": 1,
    "naming_constraints": {"permitted": [EVIL], "excluded": [EVIL]},
    "allowed_entity_types": [EVIL],
    EVIL: EVIL,
}


def hop(index: int, issuer: str, subject: str, constraints: Mapping[str, object] | None = None) -> Hop:
    return Hop(
        index=index,
        issuer=issuer,
        subject=subject,
        since=NOW,
        until=NOW + 9,
        signer=KEY,
        certified=(KEY, Key(kid="k", print="", kind="")),
        constraints=constraints or {},
    )


def change(**changes: Any) -> Change:
    lawful: dict[str, Any] = {
        "kind": "openid_relying_party",
        "parameter": "client_name",
        "before": EVIL,
        "after": None,
        "cause": "policy",
        "by": (ANCHOR, EVIL),
        "rules": (Rule(issuer=EVIL, operator="value", operand=EVIL),),
    }
    return Change(**{**lawful, **changes})


LINEAGE = Lineage(
    subject=PORTAL,
    anchor=ANCHOR,
    expires=NOW,
    weakest=1,
    hops=(hop(2, ANCHOR, ANCHOR), hop(1, ANCHOR, PORTAL, LIMITS), hop(0, PORTAL, PORTAL)),
    changes=(
        change(),
        change(parameter="", before=None, cause="constraints", rules=()),
        change(cause="metadata", before=None, after={"a": [EVIL]}, rules=()),
    ),
    marks=tuple(Shown(type=EVIL, issuer=EVIL, until=NOW if state == "active" else None, state=state) for state in STATES),
    resolved={
        "openid_provider": {"manyou_region": EVIL, "manyou_identity_levels": ["RL1", EVIL]},
        EVIL: {EVIL: EVIL},
    },
)  # fmt: skip
PLAIN = Lineage(
    **{**{name: getattr(LINEAGE, name) for name in LINEAGE.__slots__}, "changes": (), "marks": ()}
)


def step(**changes: Any) -> Step:
    return Step(**{"what": "statement", "issuer": ANCHOR, "subject": EVIL, **changes})


def walk(**changes: Any) -> Trouble:
    refused = f"statement 1 (a about b): {Reason.SIGNATURE.sentence}"
    lawful: dict[str, Any] = {
        "subject": PORTAL,
        "steps": (
            step(what="configuration", issuer=EVIL),
            step(what="hints"),
            step(outcome="not found", reason=EVIL),
            step(outcome="unreachable"),
            step(what="mark", outcome="refused", reason=Reason.MARK_EXP.sentence, section="7.3"),
            step(what="supplied", outcome="refused", reason=EVIL, section="4"),
            step(what="budget", outcome="cut", reason="too deep", budget="depth"),
            step(what="chain", outcome="refused", reason=refused, section="3.2", hop=1),
        ),
        "verdict": "untrusted",
        "chain": None,
        "code": "invalid_trust_chain",
        "reason": refused,
        "section": "3.2",
        "fetches": 1,
        "retry_after": 30,
        "milliseconds": 1.0,
    }
    return trouble(Report(**{**lawful, **changes}), NOW)


def chain(**changes: object) -> Mapping[str, object]:
    lawful = {"asked": PORTAL, "wrong": False, "lineage": None, "trouble": None, "command": f"manyou {EVIL}"}
    return {**lawful, "called": called, "plain": plain, **changes}


CASES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "the federation": ("picture.html", picture_of()),
    "a large federation": ("picture.html", picture_of(uncounted=9)),
    "a level": ("level.html", level(None, None)),
    "a level in the middle": ("level.html", level(0, 2)),
    "a chain": ("chain.html", chain(lineage=LINEAGE)),
    "a chain in which nothing was changed": ("chain.html", chain(lineage=PLAIN)),
    "a chain that does not hold": ("chain.html", chain(trouble=walk())),
    "a chain of which nobody can say": (
        "chain.html",
        chain(trouble=walk(verdict="unreachable", code="", section="", steps=())),
    ),
    "a chain that is not at hand": ("chain.html", chain()),
    "a chain of something else": ("chain.html", chain(asked=None, wrong=True)),
    "no chain yet": ("chain.html", chain(asked=None)),
}
