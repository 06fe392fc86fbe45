"""Tables that are asked on a call: databases, read only, within a time limit, remembered for a while."""

from ivr.tables.asking import Tables

__all__ = ["Tables"]
