"""Where the acoustic model and the dictionary of the pocketsphinx wheel lie."""

from __future__ import annotations

from pathlib import Path

from casset.lib.errors import MissingCapability


def model_folder() -> Path:
    """The folder of the en-us model. Raises MissingCapability without pocketsphinx."""
    try:
        import pocketsphinx
    except ImportError as error:
        raise MissingCapability(
            "Lyrics cannot be aligned because pocketsphinx is not installed. "
            "Run pip install -r requirements.txt."
        ) from error
    return Path(pocketsphinx.get_model_path()) / "en-us"


def dictionary_path() -> Path:
    """CMUdict in its text form."""
    return model_folder() / "cmudict-en-us.dict"


def acoustic_folder() -> Path:
    """The acoustic model's files (mdef, means, sendump …)."""
    return model_folder() / "en-us"
