"""A track's visuals.

Owns what an artist may pair with a song; today that is the gallery of scenes at ``/shaders/``: what
each scene and treatment is, the look it opens with, which sliders it has, and the sample song that
drives it. May import ``casset``; knows nothing of the pipeline that makes whole films.
"""
