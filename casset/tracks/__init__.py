"""Tracks: a song, its hook, its words, and who may hear how much of it.

Owns the rows and stored files of tracks and hooks, what the parser heard, the protected audio, and
the studio's pages for them. May import ``casset.accounts`` and below; never ``visuals`` or
``pipeline``, whose pages it links by address name.
"""
