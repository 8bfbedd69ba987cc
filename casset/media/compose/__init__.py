"""Cutting: exact frame timelines, encoded segments, transitions, type over picture, and the final mux."""
