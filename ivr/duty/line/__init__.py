"""The engineers' number: who dials in, what he hears, and what he does (see `dialplan.nodes.duty_line`)."""

from ivr.duty.line.house import CallLine, EngineersLine

__all__ = ["CallLine", "EngineersLine"]
