"""`proffer keys rotate`: what an operator is told."""

from tests.cli.conftest import Proffer


def test_services_are_only_said_not_to_know_keys_that_are_published(migrated: Proffer) -> None:
    told = migrated("keys", "rotate").stdout.splitlines()

    sealing = next(line for line in told if line.startswith("A256GCM"))
    assert sealing.endswith("still opens what it sealed")
    assert sum("may not know it yet" in line for line in told) == 4
