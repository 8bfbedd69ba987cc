"""What an artist fills in about themselves. The rules are ``artists``'; a form says them beside each field."""

from __future__ import annotations

from typing import Any

from django import forms

from casset.accounts import artists, handles
from casset.accounts.models import Artist
from casset.lib.errors import CassetError
from casset.web import pictures

DECLARATIONS = (
    (Artist.Declaration.NONE, "Say nothing about it"),
    (Artist.Declaration.NO_AI, "No generative AI in my work"),
    (Artist.Declaration.AI, "I use generative AI"),
)


def _by(check: Any, value: Any) -> Any:
    try:
        return check(value)
    except CassetError as error:
        raise forms.ValidationError(str(error), code=error.code) from None


class Claim(forms.Form):
    """The first time: a name and a handle."""

    name = forms.CharField(
        label="Name",
        help_text="As it stands beside your songs.",
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "dir": "auto"}),
        error_messages={"required": "Say the name you make music under."},
    )
    handle = forms.CharField(
        label="Handle",
        help_text="In your links and credits. Letters a to z, digits, dots, underscores; it stays as it is.",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "maxlength": handles.MOST + 1,
            }
        ),
        error_messages={"required": "Choose a handle."},
    )

    def clean_name(self) -> str:
        return str(_by(artists.checked_name, self.cleaned_data["name"]))

    def clean_handle(self) -> str:
        return str(_by(handles.checked, self.cleaned_data["handle"]))


class Profile(forms.Form):
    """Name, picture, words, the statement about AI. Links come as pairs ``label-0``, ``url-0`` and so on."""

    name = forms.CharField(
        label="Name",
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "dir": "auto"}),
        error_messages={"required": "Say the name you make music under."},
    )
    bio = forms.CharField(
        label="About you",
        required=False,
        help_text=f"A line or two, up to {artists.BIO_MOST} characters.",
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    avatar = forms.FileField(
        label="Picture",
        required=False,
        allow_empty_file=True,
        help_text="JPG, PNG or WebP; the middle of it is shown.",
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(pictures.ENDINGS))}),
    )
    without_avatar = forms.BooleanField(required=False)
    declaration = forms.ChoiceField(
        label="Generative AI", choices=DECLARATIONS, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.links = self._links()
        self.links_error = ""

    def _links(self) -> list[dict[str, str]]:
        """The links as typed, or as they are; one empty row more where there is room."""
        if self.is_bound:
            found = [
                {"label": self.data.get(f"label-{n}", ""), "url": self.data.get(f"url-{n}", "")}
                for n in range(artists.LINKS_MOST)
            ]
            found = [link for link in found if link["label"] or link["url"]]
        else:
            found = list(self.initial.get("links", ()))
        return found

    @property
    def link_rows(self) -> list[dict[str, str]]:
        """What the page shows: at least one empty row, while there is room."""
        return [*self.links, {"label": "", "url": ""}][: artists.LINKS_MOST]

    def clean_name(self) -> str:
        return str(_by(artists.checked_name, self.cleaned_data["name"]))

    def clean_bio(self) -> str:
        return str(_by(artists.checked_bio, self.cleaned_data["bio"]))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        try:
            given["links"] = artists.checked_links(self.links)
        except CassetError as error:
            self.links_error = str(error)
            raise forms.ValidationError(str(error), code=error.code) from None
        return given
