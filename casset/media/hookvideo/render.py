"""Render a hook video: picture, scrim, type, bars and sound into one MP4 to post.

Frames stay yuv420p from the loop's decoder to the encoder, the sound's packets are copied, and
the file is never larger than asked: its rate is derived from its length and the result weighed.
"""

from __future__ import annotations

import dataclasses
import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from casset.lib.errors import GenerationError, MediaError
from casset.media.compose import mux, type_paint
from casset.media.compose.encoder import FPS, Encoder
from casset.media.compose.segment import SegmentWriter, views_of
from casset.media.hookvideo import layout, scrim
from casset.media.hookvideo.bars import Bars, Heard, hear
from casset.media.hookvideo.glaze import Glaze
from casset.media.hookvideo.lyrics import HookLyrics, Opacities
from casset.media.hookvideo.overlay import Still
from casset.media.hookvideo.picture import Cover, Loop, VisualFailed
from casset.media.hookvideo.scrim import Text
from casset.media.hookvideo.video import MAX_S, MIN_S, Contrast, HookVideo, HookVideoReport, Quality
from casset.media.picture import colour_yuv

log = logging.getLogger(__name__)
Progress = Callable[[float], None]
Check = Callable[[], None]

SURVEYED, ENCODED = 0.06, 0.97  # share of the work that is done after each part
CHECK_EVERY = 15  # frames
OVERHEAD_BYTES = 24_000  # of an MP4's index for a minute
SPARE = 0.985  # of the room left for the picture that is aimed at
TIGHTER = (1.0, 0.88, 0.70, 0.5)  # of that, at each try


@dataclass(frozen=True)
class Preset:
    """What a quality means: x264's preset and aim, and the picture's size.

    "high" is the product's own: at equal size veryfast comes 0.9 to 1.1 dB nearer to a soft drawn
    picture than superfast and 0.1 dB to a grainy one, and what is posted goes through a platform's
    encoder once more. It costs 1.6 to 2.1 times as long.
    """

    preset: str
    crf: float
    most_kbit: int
    scale: float


PRESETS: dict[Quality, Preset] = {
    "high": Preset("veryfast", 20.5, 12_000, 1.0),
    "standard": Preset("superfast", 23.0, 7_000, 1.0),
    "low": Preset("superfast", 25.0, 3_500, 2 / 3),
}


def render(
    video: HookVideo, out: Path, *, progress: Progress | None = None, check: Check | None = None
) -> HookVideoReport:
    """Make ``video`` and write it to ``out``, whole or not at all.

    ``progress`` gets the share done, rising to 1; ``check`` is called several times a second and may
    raise to stop. A visual that cannot be shown is replaced by the cover and the report says so.
    Raises ``MediaError`` when the sound cannot be used, ``MissingCapability`` when the disk is full.
    """
    heard = hear(video.sound)
    if not MIN_S <= heard.duration_s <= MAX_S:
        raise MediaError(
            f"The hook is {heard.duration_s:.2f} s long; it may have {MIN_S:g} to {MAX_S:g} s. Cut it again."
        )
    tell, look = progress or (lambda share: None), check or (lambda: None)
    fallback = None
    if video.visual is not None:
        try:
            return _Film(video, heard, out, tell, look).make()
        except VisualFailed as fault:
            fallback = f"The visual could not be shown ({fault}), so the cover stands in for it."
            log.warning("hook export without its visual: %s", fault)
    bare = dataclasses.replace(video, visual=None)
    return dataclasses.replace(_Film(bare, heard, out, tell, look).make(), fallback=fallback)


class _Film:
    """One attempt at a film with one picture under it."""

    def __init__(
        self, video: HookVideo, heard: Heard, out: Path, progress: Progress, check: Check
    ) -> None:
        self.video, self.heard, self.out = video, heard, out
        self.progress, self.check = progress, check
        self.preset = PRESETS[video.quality]
        self.size = layout.frame_size(video.aspect, video.scale * self.preset.scale)
        self.frames = heard.frames
        self.still = Still(video, self.size, lyrics=bool(video.lyrics))
        self.lyrics = self._lyrics()
        self.picture = self._picture()

    def make(self) -> HookVideoReport:
        """Survey the picture, choose the scrim, then draw and encode until the size is kept."""
        texts = self._texts()
        sampler = scrim.Sampler(texts, self.size)
        self.picture.survey(sampler.feed, self.check)
        self.progress(SURVEYED)
        veil, contrast = scrim.choose(texts, sampler, self.size)
        glaze = Glaze(self.size)
        glaze.lay_rows(veil.planes_rows())
        opacities = {name: found.opacity for name, found in contrast.items()}
        self.still.lay(glaze, opacities, veil.glass)
        lyrics, bars = self.lyrics, self._bars(contrast)
        if lyrics is not None and lyrics.phrases:
            lyrics.opacities = Opacities(
                *(
                    contrast[name].opacity if name in contrast else own
                    for name, own in zip(
                        ("lyric_previous", "lyric_unsung", "lyric_next"),
                        dataclasses.astuple(lyrics.opacities), strict=True,
                    )
                )
            )  # fmt: skip
        tries = 0
        for share in TIGHTER:
            tries += 1
            encoder = self._encoder(share)
            made = self._encode(glaze, lyrics, bars, encoder)
            if made.size_bytes <= self.video.max_bytes:
                break
        else:
            self.out.unlink(missing_ok=True)
            raise GenerationError(
                f"The film would not fit into {self.video.max_bytes / 1e6:g} MB. Choose a shorter hook."
            )
        self.progress(1.0)
        notes = (*self.still.notes, *(lyrics.notes if lyrics else ()))
        return HookVideoReport(
            path=self.out, size=self.size, frames=made.frames, duration_s=made.video_s,
            size_bytes=made.size_bytes, drift_s=made.drift_s, contrast=contrast,
            scrim=float(veil.rows.max()), fit=self.picture.fit, notes=notes,
            tries=tries, maxrate_kbit=self._rate_kbit(share), layout_version=layout.version(),
        )  # fmt: skip

    def _picture(self) -> Loop | Cover:
        if self.video.visual is not None:
            return Loop(self.video.visual, self.size, self.frames)
        return Cover(self.video.cover, self.video.theme, self.video.aspect, self.size, self.frames)

    def _texts(self) -> list[Text]:
        """Every text with the area it may stand on and the contrast it needs."""
        rules, ink = layout.numbers(), self.still.ink
        needs, short, items = rules["ink"], min(self.size), self.still.items
        places = dict(self.still.places)
        if self.lyrics is not None:
            places |= self.lyrics.places()
        texts = []
        for name, place in places.items():
            item, needed = items[name], needs["large" if name == "lyric_now" else "text"]
            on_glass = name in ("artist", "handle")
            texts.append(Text(name, place, ink, item.opacity, item.lifted, needed, on_glass))
        if "lyric_now" in places:
            unsung, lifted = rules["lyrics"]["unsung"], rules["lyrics"]["unsung_lifted"]
            now = places["lyric_now"]
            texts.append(Text("lyric_unsung", now, ink, unsung, lifted, needs["large"]))
        row, rest = items["bars"].place.px(short), rules["bars"]["rest_opacity"]
        texts.append(Text("bars", row, self._accent(), 1.0, 1.0, needs["large"]))
        texts.append(Text("bars_rest", row, ink, rest, 0.6, needs["rest"]))
        return texts

    def _accent(self) -> tuple[int, int, int]:
        """The accent, lightened as far as it must be to show on a dark ground."""
        rgb = type_paint.hex_rgb(self.video.theme.accent)
        return colour_yuv(type_paint.lightened(rgb, 0.30))

    def _lyrics(self) -> HookLyrics | None:
        if "lyric_now" not in self.still.items:
            return None
        return HookLyrics(
            self.video.lyrics, self.still.items, self.size, self.still.ink,
            duration_s=self.heard.duration_s,
        )  # fmt: skip

    def _bars(self, contrast: dict[str, Contrast]) -> Bars:
        return Bars(
            self.heard, self.still.items["bars"].place.px(min(self.size)), self.size,
            ink=self.still.ink, accent=self._accent(), rest_opacity=contrast["bars_rest"].opacity,
        )  # fmt: skip

    def _rate_kbit(self, share: float) -> int:
        """Kilobits a second for the picture, so that with the sound it stays under the limit.

        The encoder's buffer may be overdrawn by half a second of it once.
        """
        room = self.video.max_bytes - self.video.sound.stat().st_size - OVERHEAD_BYTES
        rate = room * 8 * SPARE * share / (self.heard.duration_s + 0.5) / 1000
        return max(64, round(min(rate, self.preset.most_kbit)))

    def _encoder(self, share: float) -> Encoder:
        rate = self._rate_kbit(share)
        part = max(0.05, self.size[0] * self.size[1] / (1920 * 1080))  # undone by Encoder.options
        return Encoder(
            preset=self.preset.preset,
            crf=self.preset.crf,
            maxrate_kbit=max(1, round(rate / part)),
            bufsize_kbit=max(1, round(rate / part * 0.9)),
        )

    def _encode(
        self, glaze: Glaze, lyrics: HookLyrics | None, bars: Bars, encoder: Encoder
    ) -> mux.Joined:
        self.out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".hook-", dir=self.out.parent) as folder:
            picture = Path(folder) / "picture.mp4"
            with SegmentWriter(
                picture, self.size, frames=self.frames, encoder=encoder, measured=False
            ) as writer:
                for n, shown in enumerate(self.picture.play()):
                    frame = glaze.merged(shown)
                    planes = views_of(frame)
                    bars.draw(planes, n)
                    if lyrics is not None:
                        lyrics.draw(planes, (n + 0.5) / FPS)
                    writer.take(frame)
                    if n % CHECK_EVERY == 0:
                        self.check()
                        done = n / self.frames
                        self.progress(SURVEYED + (ENCODED - SURVEYED) * done)
            return mux.join([mux.Piece(picture, 0, self.frames)], self.video.sound, self.out)
