"""The short loop behind a song's hook: uploaded or drawn, brought to one form, measured; and stills.

Owns: which files are taken (``kinds``), the canonical loop and its facts (``ingest``, ``facts``),
the likeness of two loops (``fingerprint``), loops drawn by Shader Lab (``drawn``, ``recipes``),
placeholders, and cleaned stills (``images``). Stands on the cutter's encoder, grid and flash meter
and on the renderer; no Django.
"""
