"""What a person fills in to have a film made, or made differently.

The rules are the services'; a form only says beside each field what would be refused, at once.
"""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.conf import settings

from casset.lib.errors import CassetError
from pipeline import services

ASPECTS = (
    ("16:9", "Wide 16:9, for YouTube and screens"),
    ("9:16", "Tall 9:16, for Reels, Shorts and TikTok"),
    ("1:1", "Square 1:1, for feeds"),
)
BEATS = (
    ("auto", "As heard"),
    ("half", "Half as fast"),
    ("double", "Twice as fast"),
)
# Sentences to start from: each says who, where, when, in what light and mood.
EXAMPLES = (
    "A lone figure walks neon streets in the rain at night, slow and lonely, purple and teal",
    "Sunrise over a calm sea in soft pastel light, wide and slow, hopeful, drifting clouds",
    "A crowd dancing under a mirror ball, warm gold light, fast and euphoric, close to the faces",
    "Driving an empty desert highway at dusk, dust and red sky, restless, an old film look",
    "Deep under the sea, glowing jellyfish drift through the dark, dreamy, blue and pink",
)


class Sentence(forms.CharField):
    """The prompt. Blanks at its ends do not count."""

    def __init__(self, **options: object) -> None:
        super().__init__(
            label="What should the video show?",
            help_text="Who, where, when, in what light and mood. "
            f"{services.PROMPT_LEAST} to {services.PROMPT_MOST} characters.",
            widget=forms.Textarea(
                attrs={
                    "rows": 4,
                    "data-least": services.PROMPT_LEAST,
                    "data-most": services.PROMPT_MOST,
                    "autocomplete": "off",
                }
            ),
            error_messages={"required": "Say what the video should show."},
            **options,  # type: ignore[arg-type]
        )

    def clean(self, value: object) -> str:
        sentence = super().clean(value)
        if not sentence:
            return ""
        try:
            return services.checked_sentence(sentence)
        except CassetError as error:
            raise forms.ValidationError(str(error), code=error.code) from None


def _file(label: str, endings: set[str], hint: str, *, required: bool = False) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        help_text=hint,
        allow_empty_file=True,  # the service says it better
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(endings))}),
        error_messages={
            "required": f"Choose a {label.lower()} file.",
            "invalid": f"Choose the {label.lower()} file again.",
        },
    )


def _take() -> forms.IntegerField:
    return forms.IntegerField(
        label="Take",
        min_value=0,
        max_value=services.SEED_MOST,
        initial=1,
        required=False,
        help_text="Another number gives another film of the same sentence.",
    )


class Wish(forms.Form):
    """What a film is to be, whatever its song: a sentence, its shape, and what most people leave alone."""

    prompt = Sentence()
    aspect = forms.ChoiceField(
        label="Shape", choices=ASPECTS, initial="16:9", widget=forms.RadioSelect
    )
    seed = _take()
    beats = forms.ChoiceField(
        label="Beats",
        choices=BEATS,
        initial="auto",
        required=False,
        help_text="When the cuts come too often or too seldom.",
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    more: tuple[str, ...] = ("seed", "beats")  # under “More”

    def clean_seed(self) -> int:
        seed = self.cleaned_data["seed"]
        return 1 if seed is None else seed

    def clean_beats(self) -> str:
        return self.cleaned_data["beats"] or "auto"

    def clean_request_key(self) -> object:
        return self.cleaned_data["request_key"] or uuid4()


class NewFilm(Wish):
    """A wish for a song that is sent with it, its lyrics and its cover."""

    song = _file(
        "Song",
        services.SONG_ENDINGS,
        f"MP3, WAV, FLAC, OGG or M4A, up to {settings.UPLOAD_MAX_BYTES / 2**20:.0f} MB",
        required=True,
    )
    lyrics = _file(
        "Lyrics",
        services.LYRICS_ENDINGS,
        "LRC, SRT, VTT or plain text. Words are set over the picture, in time.",
    )
    cover = _file(
        "Cover",
        services.COVER_ENDINGS,
        "JPG, PNG or WebP. Its colours become the film's, and it appears in it.",
    )

    more = ("lyrics", "cover", "seed", "beats")
    field_order = ("song", "prompt", "aspect", *more)

    def clean_song(self) -> object:
        song = self.cleaned_data["song"]
        if song.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(
                f"The song has {song.size / 2**20:.1f} MB; at most "
                f"{settings.UPLOAD_MAX_BYTES / 2**20:.0f} MB can be sent. Export it as MP3 or OGG."
            )
        return song


class Revision(forms.Form):
    """Another sentence, cover or take of a film that is there. What is left as it was is not changed."""

    prompt = Sentence(required=False)
    cover = _file("Cover", services.COVER_ENDINGS, "JPG, PNG or WebP")
    seed = _take()

    def __init__(self, *args: object, job: object = None, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["prompt"].label = "The sentence"
        self.fields["seed"].initial = None
        self._job = job

    def changes(self) -> dict[str, object]:
        """What differs from the job; call when valid."""
        given = {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "")
        }
        return {
            name: value
            for name, value in given.items()
            if name == "cover" or value != getattr(self._job, name)
        }
