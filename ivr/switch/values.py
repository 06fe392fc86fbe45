"""What the templates of the switch may say: facts of the installation and the limits of calls."""

from __future__ import annotations

from typing import Final

from ivr.settings import Settings
from ivr.switch.templates import Value

SILENT_SERVICE_S: Final = 4
"""A call waits this long for the service's first command; then the failsafe has it."""
STALE_S: Final = 3
"""A service whose last sign of life is older may be standing still."""
LONGEST_CALL_S: Final = 4 * 3600
PAGE_HOLD_S: Final = 60
"""An engineer holds this long for a service that is starting again."""

_LIMITS: Final[dict[str, Value]] = {
    "silent_service_s": SILENT_SERVICE_S,
    "stale_s": STALE_S,
    "longest_call_s": LONGEST_CALL_S,
    "page_hold_s": PAGE_HOLD_S,
    "failsafe_ring_s": 30,
    "failsafe_key_s": 8,
    "rtp_timeout_s": 120,
    "rtp_hold_timeout_s": 1800,
}

_DEFAULTS: Final[dict[str, Value]] = {
    "apology": "dutyline/nl/apology-technical&dutyline/fr/apology-technical",
    "nobody": "dutyline/nl/failsafe-nobody&dutyline/fr/failsafe-nobody",
    "language": "nl",
    "country_code": "32",
    "tone_zone": "be",
    "transmit_silence": False,
}
"""Said when the active configuration has not yet written its failsafe."""


def switch_values(settings: Settings) -> dict[str, Value]:
    """Everything the switch's templates refer to, secrets included (made when missing)."""
    return {
        **_LIMITS,
        **_DEFAULTS,
        **_addresses(settings),
        **_trunk(settings),
        "demo": settings.demo,
        "browser_phones": settings.browser_phones,
        "ami_secret": settings.secret("ami"),
        "demo_secret": settings.secret("demo-carrier") if settings.demo else "",
        "browser_secret": settings.secret("browser") if settings.browser_phones else "",
    }


def _addresses(settings: Settings) -> dict[str, Value]:
    return {
        "host": settings.host,
        "sip_host": settings.sip_host,
        "sip_public": settings.sip_public,
        "sip_port": settings.sip_port,
        "ami_port": settings.ami_port,
        "http_port": settings.http_port,
        "reason_port": settings.reason_port,
        "rtp_first": settings.rtp_first,
        "rtp_last": settings.rtp_last,
        "agi_url": f"agi://{settings.host}:{settings.agi_port}",
    }


def _trunk(settings: Settings) -> dict[str, Value]:
    if settings.demo:
        contact = f"sip:{settings.host}:{settings.carrier_sip_port}"
        return {
            "trunk_contact": contact,
            "trunk_domain": "",
            "trunk_match": settings.host,
            "trunk_user": "",
            "trunk_password": "",
            "trunk_register": False,
        }
    domain = _host_of(settings.trunk)
    return {
        "trunk_contact": settings.trunk,
        "trunk_domain": domain,
        "trunk_match": settings.trunk_from or domain,
        "trunk_user": settings.trunk_user,
        "trunk_password": settings.trunk_password.get_secret_value(),
        "trunk_register": settings.trunk_register and bool(settings.trunk_user),
    }


def _host_of(uri: str) -> str:
    """The host of `sip:user@host:port;transport=tcp`."""
    rest = uri.partition(":")[2] if ":" in uri and uri.split(":")[0] in ("sip", "sips") else uri
    address = rest.rpartition("@")[2].partition(";")[0]
    if address.startswith("["):
        return address.partition("]")[0] + "]"
    return address.partition(":")[0]


__all__ = ["LONGEST_CALL_S", "PAGE_HOLD_S", "SILENT_SERVICE_S", "switch_values"]
