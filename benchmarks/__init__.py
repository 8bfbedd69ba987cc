"""Figures beside peers and physical limits, each pair taken in the same run. Run by ``make bench``.

Machines are shared and noisy, so figures are CPU seconds and ratios, never wall times alone.
"""
