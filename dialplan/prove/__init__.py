"""Proving a configuration: whatever callers and people do, whenever they do it, every call ends well.

Complete, not sampled: the engine itself is asked for every answer to everything it asks, in every kind of
moment of the period, and no state is left out. See `docs/prove.md`.
"""

from dialplan.prove.coverage import Coverage
from dialplan.prove.proof import CounterExample, Proof, prove

__all__ = ["CounterExample", "Coverage", "Proof", "prove"]
