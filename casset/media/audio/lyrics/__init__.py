"""Lyrics: reading them as people have them, and finding when each word is sung.

``formats.read`` makes a LyricSheet of text, LRC, WebVTT or SRT; ``align.align`` gives its words
times in a recording. Words are never invented here: they are the artist's, or a transcriber's.
"""
