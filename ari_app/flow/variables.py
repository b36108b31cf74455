"""Variables that a flow reads and that nothing has set by then.

They are set by nodes of the client's flows alone; those of :data:`~ari_app.flow.template.ALWAYS`
are there from the beginning, from the network and the call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ari_app.flow.loaded import Graph
from ari_app.flow.names import named
from ari_app.flow.node import Node
from ari_app.flow.problem import Problem
from ari_app.flow.said import Said, meant, shown
from ari_app.flow.template import ALWAYS

_PLACE = re.compile(r"\$\{([^}]*)\}")


def unset_variables(
    graph: Graph, others: Iterable[Graph], *, anywhere: bool = False
) -> Iterator[Problem]:
    """Yield a warning for each variable that is read, and set by no node that comes before.

    What the client's ``others`` set may have been set on the way here. So may all of its own
    in a flow that callers may go through twice: there a node ``anywhere`` counts.
    """
    elsewhere = {name for other in others for name in _setters(other)} | set(ALWAYS)
    setters = _setters(graph)
    for slug, place in graph.places.items():
        for field, name in _read(place.node) if place.node else ():
            if name in elsewhere or (name in setters and (anywhere or slug in setters[name])):
                continue
            if name in setters and any(slug in _after(graph, each) for each in setters[name]):
                continue
            said = Said("nothing sets the variable `{name}` before", name=shown(name))
            known = {*elsewhere, *setters} - {name}
            yield Problem(slug, field, meant(said, name, known), "warning")


def _setters(graph: Graph) -> dict[str, set[str]]:
    """Return the nodes that set a variable, by its name."""
    found: dict[str, set[str]] = {}
    for slug, place in graph.places.items():
        for name in place.node.sets() if place.node else ():
            found.setdefault(name, set()).add(slug)
    return found


def _read(node: Node) -> Iterator[tuple[str, str]]:
    """Yield each place that reads a variable, and its name."""
    for field, role, text in named(node, ""):
        if role == "read_variable":
            yield field, text
        elif role == "template":
            yield from ((field, name) for name in _PLACE.findall(text))


def _after(graph: Graph, slug: str) -> set[str]:
    """Return the nodes to which a caller can come after this one, by a fault too."""
    found: set[str] = set()
    ahead = [*graph.places[slug].exits.values(), graph.on_failure]
    while ahead:
        name = ahead.pop()
        if name not in found and name in graph.places:
            found.add(name)
            ahead += graph.places[name].exits.values()
    return found
