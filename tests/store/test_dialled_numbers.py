"""A number that a flow dials gets its country, and a short one stays as it is."""

from __future__ import annotations

import pytest

from ari_app.store.client_document import ClientDocument
from ari_app.store.dialled_numbers import as_dialled


def document(own: list[str], dialled: str) -> ClientDocument:
    return ClientDocument.model_validate(
        {
            "client": "shop", "name": "Shop", "language": "en",
            "numbers": [{"number": number, "flow": "main"} for number in own],
            "flows": {"main": {
                "spec_version": 1, "start": "staff",
                "nodes": {"staff": {"type": "transfer", "number": dialled}},
            }},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("own", "dialled", "meant"),
    [
        (["+97677551002"], "99009900", "+97699009900"),
        ([], "99009900", "+97699009900"),
        (["+97677551002"], "+97699009900", "+97699009900"),
        (["+493012345678"], "030123456", "+4930123456"),
        (["+97677551002"], "103", "103"),
        (["+97677551002"], "000", "000"),
    ],
)
def test_the_country_is_that_of_the_clients_numbers(
    own: list[str], dialled: str, meant: str
) -> None:
    before = document(own, dialled)
    after = as_dialled(before)
    assert after.flows["main"]["nodes"]["staff"] == {"type": "transfer", "number": meant}
    assert before.flows["main"]["nodes"]["staff"]["number"] == dialled
    assert as_dialled(after) == after
