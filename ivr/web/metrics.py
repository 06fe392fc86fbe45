"""Counts and gauges for Prometheus, read from where they are kept at the moment somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

Reading = tuple[str, str, str, float | Mapping[str, float]]
"""Kind (`counter` or `gauge`), name, what it is, value; of several things a value for each by its name."""


class _Readings(Collector):
    def __init__(self, read: Callable[[], Iterable[Reading]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """The readings as they are now."""
        for kind, name, text, value in self._read():
            family = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
            if isinstance(value, Mapping):
                several = family(f"dutyline_{name}", text, labels=("name",))
                for one, count in value.items():
                    several.add_metric((one,), count)
                yield several
            else:
                yield family(f"dutyline_{name}", text, value=value)


class Metrics:
    """One registry for one service."""

    def __init__(self, read: Callable[[], Iterable[Reading]]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Readings(read))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self._registry)
