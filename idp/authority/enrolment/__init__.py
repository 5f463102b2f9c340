"""Enrolment's room: owns how a change of who is below us comes about: looked at first, proposed by one
person, approved by another, published. Knows neither HTTP nor tables. Imports federation, idp.authority.
"""

from idp.authority.enrolment.changing import Declined, Terms, enrolling, updating
from idp.authority.enrolment.enrolments import Enrolments
from idp.authority.enrolment.preview import Preview
from idp.authority.enrolment.rehearsal import Rehearsal
from idp.authority.enrolment.trial import Simulation, Trial

__all__ = [
    "Declined",
    "Enrolments",
    "Preview",
    "Rehearsal",
    "Simulation",
    "Terms",
    "Trial",
    "enrolling",
    "updating",
]
