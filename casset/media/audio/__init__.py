"""Hearing: one decoded timeline per song, and what can be learnt from it.

``decode`` gives the samples every other module uses; ``analysis`` holds the result's shape;
``parser`` runs everything in order. Times are seconds on the decoded timeline.
"""
