"""The switch: rendering Asterisk's configuration, its failsafe, and the process itself."""

from ivr.switch.failsafe import FailsafeError, FailsafeRule, write_failsafe
from ivr.switch.heartbeat import keep_beating
from ivr.switch.paths import StatePathError, SwitchPaths
from ivr.switch.ports import PortTakenError, carrier_ports, check_ports, service_ports, switch_ports
from ivr.switch.process import AsteriskFailedError
from ivr.switch.reasons import Reasons
from ivr.switch.render import render
from ivr.switch.switch import Switch
from ivr.switch.templates import TemplateError

__all__ = [
    "AsteriskFailedError",
    "FailsafeError",
    "FailsafeRule",
    "PortTakenError",
    "Reasons",
    "StatePathError",
    "Switch",
    "SwitchPaths",
    "TemplateError",
    "carrier_ports",
    "check_ports",
    "keep_beating",
    "render",
    "service_ports",
    "switch_ports",
    "write_failsafe",
]
