"""The main job on one machine: the provider and two real relying parties, with seed data.

`proffer demo` runs :func:`idp.demo.run.run`. The relying parties live in `idp.demo.service` and
import nothing of the provider.
"""
