"""What a call back goes by of the live configuration: rules, numbers shown, titles, languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from dialplan.commands import Spoken
from dialplan.dial_rules import CallBackRules, refusal_of
from dialplan.model import Brand, Configuration
from dialplan.words import LANGUAGES
from ivr.callbacks.model import Callback

USUAL_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Around:
    """A call back in the configuration as it is at this moment; its brand may have gone since."""

    callback: Callback
    configuration: Configuration

    @property
    def rules(self) -> CallBackRules:
        """Those of the desk."""
        return self.configuration.desk.call_back

    @property
    def brand(self) -> Brand | None:
        """None: it has gone."""
        return self.configuration.brands.get(self.callback.brand)

    @property
    def refusal(self) -> str:
        """Why the number may not be rung, by the rules as they are now; empty when it may."""
        desk = self.configuration.desk
        return (
            refusal_of(self.callback.number, desk.call_back, desk.country, self.configuration.numbers) or ""
        )

    @property
    def shown(self) -> str:
        """The number that is shown to whom we ring."""
        return self.brand.shown_number if self.brand else self.configuration.desk.shown_number

    @property
    def brand_title(self) -> str:
        """What the brand is called."""
        return self.brand.title if self.brand else self.callback.brand

    @property
    def spoken_brand(self) -> str:
        """The prompt that names the brand."""
        return self.brand.spoken if self.brand else f"brand-{self.callback.brand}"

    @property
    def language(self) -> Spoken:
        """The agent's own, else the first of the brand's."""
        entry = self.configuration.directory.get(self.callback.agent_entry)
        wanted = (entry.language if entry else "") or (self.brand.languages[0] if self.brand else "")
        return cast(Spoken, wanted if wanted in LANGUAGES else USUAL_LANGUAGE)
