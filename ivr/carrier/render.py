"""The demo carrier's configuration, rendered into the state folder."""

from __future__ import annotations

from asterisk.tree import Tree
from ivr.carrier.phones import STRANGER
from ivr.carrier.voices import write_voices
from ivr.settings import Settings
from ivr.switch.paths import SwitchPaths, place
from ivr.switch.templates import Value, render_files
from ivr.switch.values import LONGEST_CALL_S

_SHARED = (
    "acl.conf",
    "asterisk.conf",
    "ccss.conf",
    "cel.conf",
    "features.conf",
    "indications.conf",
    "pjproject.conf",
    "stasis.conf",
    "udptl.conf",
)
"""Files that serve the switch and the carrier alike."""


def render_carrier(settings: Settings, tree: Tree) -> SwitchPaths:
    """Render `asterisk/carrier/*.conf` into `<state>/carrier/etc`. Raises as `ivr.switch.render`."""
    paths = place(settings.state_dir / "carrier")
    own = sorted((settings.asterisk_files / "carrier").glob("*.conf"))
    shared = [settings.asterisk_files / name for name in _SHARED]
    render_files([*shared, *own], paths, tree, _values(settings))
    write_voices(paths.data / "sounds" / "voices")
    return paths


def _values(settings: Settings) -> dict[str, Value]:
    return {
        "carrier_host": settings.host,
        "switch_host": settings.sip_host,
        "sip_port": settings.sip_port,
        "carrier_sip_port": settings.carrier_sip_port,
        "carrier_ami_port": settings.carrier_ami_port,
        "carrier_ami_secret": settings.secret("carrier-ami"),
        "carrier_rtp_first": settings.carrier_rtp_first,
        "carrier_rtp_last": settings.carrier_rtp_last,
        "longest_call_s": LONGEST_CALL_S,
        "stranger": STRANGER,
        "transmit_silence": True,
    }


__all__ = ["render_carrier"]
