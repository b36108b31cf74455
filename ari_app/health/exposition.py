"""A report in the words of Prometheus, with the process's own CPU time and memory."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from ari_app.health.figure import Figure
from ari_app.health.report import Report

PREFIX = "duudlaga_"
_STANDING = {"up": 1.0, "degraded": 0.5, "down": 0.0}


def exposition(report: Report) -> bytes:
    """Return the body of ``GET /metrics``."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(report))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Figures(Collector):
    """Hands the figures of one report over; nothing is kept between two scrapes."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def collect(self) -> Iterable[Metric]:
        standing = {each.name: _STANDING[each.state] for each in self._report.dependencies}
        meaning = "1: up, 0.5: degraded, 0: down"
        yield _family(Figure("dependency_up", standing, meaning, label="dependency"))
        for figure in self._report.figures:
            if figure.value is not None:
                yield _family(figure)


def _family(figure: Figure) -> Metric:
    kind = CounterMetricFamily if figure.counter else GaugeMetricFamily
    labels = [figure.label] if figure.label else []
    family = kind(PREFIX + figure.name, figure.meaning, labels=labels)
    if isinstance(figure.value, int | float):
        family.add_metric([], figure.value)
    else:
        for name, value in (figure.value or {}).items():
            family.add_metric([name], value)
    return family
