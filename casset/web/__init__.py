"""Shared Django parts of every page. Today: the liveness address."""
