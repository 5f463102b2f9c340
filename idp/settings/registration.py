"""Registration: owns the table of the settings file that is about relying parties that register themselves.
Imports table."""

from pydantic import Field, StrictBool, StrictInt

from idp.settings.table import Table


class Registration(Table):
    """Whether relying parties may register themselves, with a token that an operator gave them."""

    dynamic: StrictBool = Field(default=False, examples=[True])
    per_minute: StrictInt = Field(default=60, ge=1, le=600, examples=[60])
