"""Song and prompt to music video. Owns the contracts, the stages, the director's knowledge and the providers.

May import ``casset`` and its rooms; is imported by nothing below it.
"""
