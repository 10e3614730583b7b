"""Compiles message catalogues that are newer than their compiled form, before the first test."""

from config.build import CHECKOUT, compile_catalogues


def pytest_configure() -> None:
    compile_catalogues(CHECKOUT)
