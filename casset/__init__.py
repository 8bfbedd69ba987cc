"""Casset: the ground floor (plain libraries and the platform's own apps) and the wiring.

Owns ``lib``, ``servers`` and ``media`` (plain Python, no Django), ``web`` and ``accounts`` (Django
apps) and the wiring files beside this one. Imports nothing from ``pipeline`` or ``visuals``;
import-linter holds that (see pyproject.toml).
"""
