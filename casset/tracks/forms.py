"""What an artist fills in for a track. The rules are the services'; a form says them beside each field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from casset.lib.errors import CassetError
from casset.tracks import services
from casset.web import pictures

GENRES = (
    "Afrobeats", "Alternative", "Ambient", "Blues", "Classical", "Country", "Dance", "Drum and bass",
    "Electronic", "Experimental", "Folk", "Funk", "Hip-hop", "House", "Indie", "Jazz", "K-pop",
    "Latin", "Lo-fi", "Metal", "Pop", "Punk", "R&B", "Reggae", "Rock", "Singer-songwriter", "Soul",
    "Techno", "Trap",
)  # fmt: skip


class _Checked(forms.CharField):
    """A line of text that a service has the last word on."""

    def __init__(self, check: Any, **options: Any) -> None:
        super().__init__(**options)
        self._check = check

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text and not self.required:
            return ""
        try:
            return self._check(text)
        except CassetError as error:
            raise forms.ValidationError(str(error), code=error.code) from None


def _title(*, required: bool) -> _Checked:
    return _Checked(
        services.checked_title,
        label="Title",
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the track a title."},
    )


def _genre() -> _Checked:
    return _Checked(
        services.checked_genre,
        label="Genre",
        required=False,
        widget=forms.TextInput(attrs={"list": "genres", "autocomplete": "off"}),
    )


class NewTrack(forms.Form):
    """A song: as a file in this form, or the id of one that was sent in pieces."""

    audio = forms.FileField(
        label="Song",
        required=False,
        allow_empty_file=True,  # the service says it better
        help_text=f"WAV, FLAC, MP3, M4A or OGG, up to {settings.TRACK_MAX_BYTES // 2**20} MB "
        f"and {settings.AUDIO_MAX_S / 60:.0f} minutes",
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(services.ENDINGS))}),
        error_messages={"invalid": "Choose the song again."},
    )
    upload = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    title = _title(required=False)
    genre = _genre()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("audio") and not given.get("upload") and "audio" not in self.errors:
            self.add_error("audio", "Choose a song.")
        return given


class Recording(forms.Form):
    """Another recording in a track's place."""

    audio = NewTrack.base_fields["audio"]
    upload = NewTrack.base_fields["upload"]

    clean = NewTrack.clean


class About(forms.Form):
    """Title and genre."""

    title = _title(required=True)
    genre = _genre()


class Cover(forms.Form):
    cover = forms.FileField(
        label="Cover",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(pictures.ENDINGS))}),
        error_messages={"required": "Choose a cover.", "invalid": "Choose the cover again."},
    )


class Window(forms.Form):
    """The hook: ``window`` is what ``<hook-scrubber>`` sends, the other two the fields without script."""

    window = forms.CharField(required=False, max_length=40)
    start_s = forms.FloatField(required=False)
    end_s = forms.FloatField(required=False)
    label = forms.CharField(required=False, max_length=services.LABEL_MOST)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if window := given.pop("window", ""):
            first, _, last = window.partition(",")
            try:
                given["start_s"], given["end_s"] = float(first), float(last)
            except ValueError:
                raise forms.ValidationError("Choose the hook's start and end again.") from None
        if given.get("start_s") is None or given.get("end_s") is None:
            raise forms.ValidationError("Choose the hook's start and end.")
        return given


class Words(forms.Form):
    """Lyrics as text, or as a file in its place."""

    text = forms.CharField(
        label="Lyrics",
        required=False,
        strip=False,
        max_length=200_000,
        help_text="As they are sung, a line a row. LRC, WebVTT and SRT keep their times.",
        widget=forms.Textarea(
            attrs={"rows": 12, "spellcheck": "false", "dir": "auto", "autocomplete": "off"}
        ),
    )
    file = forms.FileField(
        label="Lyrics file",
        required=False,
        allow_empty_file=True,
        help_text="LRC, VTT, SRT or TXT",
        widget=forms.FileInput(attrs={"accept": ".lrc,.vtt,.srt,.txt"}),
    )
