"""Boxes for whoever holds a secret that we did not keep."""

import pytest

from idp.crypto import boxes, secrets
from idp.crypto.errors import SealBrokenError

SECRET = secrets.token().encode()


def test_only_the_secret_opens_the_box() -> None:
    box = boxes.seal_for(boxes.public_half(SECRET), b"a sign-on", context=b"row")

    assert boxes.open_with(SECRET, box, context=b"row") == b"a sign-on"
    for secret, sealed, context in [
        (b"another secret of thirty-two byte", box, b"row"),
        (SECRET, box, b"another row"),
        (SECRET, box[:-1] + bytes([box[-1] ^ 1]), b"row"),
        (SECRET, bytes([box[0] ^ 1]) + box[1:], b"row"),
        (SECRET, box[:20], b"row"),
        (SECRET, bytes(32) + box[32:], b"row"),
        (SECRET, b"", b"row"),
    ]:
        with pytest.raises(SealBrokenError):
            boxes.open_with(secret, sealed, context=context)


def test_two_boxes_with_the_same_content_have_nothing_in_common() -> None:
    public = boxes.public_half(SECRET)

    first, second = (boxes.seal_for(public, b"a sign-on", context=b"") for _ in range(2))

    assert first[:32] != second[:32]
    assert first[32:] != second[32:]
