"""Search a database and logs for values that must not be there, in every encoding they might hide in."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy import MetaData, create_engine, select


def disguises(value: str) -> set[bytes]:
    """The byte strings under which a value might be stored."""
    plain = value.encode()
    found = {
        plain,
        value.casefold().encode(),
        value.encode("utf-16-le"),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        json.dumps(value)[1:-1].encode(),
        quote(value, safe="").encode(),
        quote_plus(value).encode(),
        html.escape(value).encode(),
    }
    # Inside a longer text base64 of the value starts at one of three offsets; only the characters that
    # the value alone decides are compared.
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + plain)
        first = (offset * 8 + 5) // 6
        certain = encoded[first : (offset + len(plain)) * 8 // 6]
        if len(certain) >= 6:  # shorter ones occur by chance
            found |= {certain, certain.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def haystacks(database_url: str, *logs: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that is kept: each column of each table as bytes, the database's own files, the logs."""
    engine = create_engine(database_url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            for column in table.columns:
                cells = [row[0] for row in connection.execute(select(column)) if row[0] is not None]
                yield f"{table.name}.{column.name}", b"\n".join(map(_bytes, cells))
    engine.dispose()
    if database_url.startswith("sqlite:///"):
        path = Path(database_url.removeprefix("sqlite:///"))
        for file in path.parent.glob(path.name + "*"):
            # Deleted rows stay in free pages until they are overwritten, so the files count as well.
            yield file.name, file.read_bytes()
    for log in logs:
        yield log.name, log.read_bytes()


def leaks(known: Mapping[str, str], database_url: str, *logs: Path) -> list[str]:
    """Name every known value that is found, and where.

    :param known: what each value is, and the value.
    """
    found = []
    needles = {name: disguises(value) for name, value in known.items()}
    for place, hay in haystacks(database_url, *logs):
        folded = hay.lower()
        for name, forms in needles.items():
            if any(form in hay or (form.lower() in folded and len(form) > 11) for form in forms):
                found.append(f"{name} in {place}")
    return found


def _bytes(cell: object) -> bytes:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell)
    if isinstance(cell, str):
        return cell.encode()
    return json.dumps(cell, default=str).encode() + b"\n" + json.dumps(cell, default=str, ensure_ascii=False).encode()
