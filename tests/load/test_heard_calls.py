"""The walks of the mixed calls with an ear on every caller (python -m tests.load.heard_calls)."""

from __future__ import annotations

from ari_app.flow.nodes import TYPES
from tests.load import tour


def test_the_walks_lead_through_nodes_of_every_type() -> None:
    flows = [f for d in tour.documents().values() for f in d.get("flows", {}).values()]
    types = {node["type"] for flow in flows for node in flow["nodes"].values()}
    assert types == set(TYPES)
