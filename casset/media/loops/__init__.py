"""What a person uploads as a visual: a short loop, read with care and brought to one form; and stills.

Owns: which files are taken (``kinds``), the canonical loop and its facts (``ingest``, ``facts``),
the likeness of two loops (``fingerprint``), placeholders, and cleaned stills (``images``). Stands on
the cutter's encoder, grid and flash meter; no Django.
"""
