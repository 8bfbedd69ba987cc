"""What the pages show of a job: rows and plans turned into plain values for templates.

Reads each table once, whatever the number of clips. Nothing here changes anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from casset.media.colour import oklch
from casset.media.colour.theme import theme_between
from casset.tracks.models import Track
from casset.web import events
from casset.web.templatetags.casset import as_clock
from pipeline import estimate
from pipeline.contracts import AudioData, ClipScript, Plan, Reason, Transition
from pipeline.models import MICROS, Clip, Film, Job, JobQuerySet, Stage, Status, Take, Work
from pipeline.progress import TITLES

FILMS_SHOWN = 60  # that have ended, of a track
BARS = 132  # of the song's picture
BAR_MOST_PX = 52
STATUS_WORDS = {
    Status.QUEUED: "In line",
    Status.PROCESSING: "Being made",
    Status.COMPLETED: "Ready",
    Status.FAILED: "Did not work",
    Status.CANCELLED: "Stopped",
}
TAGS = {
    Status.QUEUED: "work",
    Status.PROCESSING: "work",
    Status.COMPLETED: "live",
    Status.FAILED: "bad",
    Status.CANCELLED: "",
}
KINDS = {
    "subject": "who or what",
    "place": "place",
    "time": "time of day",
    "weather": "weather",
    "colour": "colour",
    "motion": "movement",
    "style": "style",
    "mood": "mood",
}


def with_pictures(jobs: JobQuerySet) -> JobQuerySet:
    """The jobs with films, clips and takes, in one query each."""
    clips = Clip.objects.defer("error").prefetch_related(
        Prefetch("takes", Take.objects.defer("script"))
    )
    films = Film.objects.defer("report")
    return jobs.prefetch_related(
        Prefetch("films", films),
        Prefetch("clips", clips),
        Prefetch("stages", Stage.objects.defer("output")),
    )


def with_everything(jobs: JobQuerySet) -> JobQuerySet:
    clips = Clip.objects.prefetch_related("takes")
    return jobs.select_related("track").prefetch_related(
        "films", "stages", Prefetch("clips", clips)
    )


@dataclass(frozen=True)
class TakeShown:
    number: int
    is_current: bool
    is_made: bool
    poster: str
    video: str


@dataclass(frozen=True)
class ClipShown:
    """One clip as the strip and the shot list show it. ``script`` is None before there is a plan."""

    index: int
    status: str
    percent: int
    take: TakeShown | None
    takes: tuple[TakeShown, ...]
    script: ClipScript | None = None
    transition: Transition | None = None  # into the next clip
    lyric: str = ""

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def is_ready(self) -> bool:
        return self.status == Work.DONE and self.take is not None and self.take.is_made

    @property
    def is_being_made(self) -> bool:
        return self.status == Work.RUNNING

    @property
    def poster(self) -> str:
        return self.take.poster if self.take and self.is_ready else ""

    @property
    def later_shots(self) -> Sequence[object]:
        return self.script.shots[1:] if self.script else ()

    @property
    def why(self) -> tuple[Reason, ...]:
        """The clip's own reasons and those of its first picture, each once."""
        if self.script is None:
            return ()
        shots = self.script.shots
        return _once([*self.script.reasons, *(shots[0].reasons if shots else ())])


@dataclass(frozen=True)
class StageShown:
    name: str
    title: str
    state: str
    percent: int
    duration_s: float | None


@dataclass(frozen=True)
class SectionShown:
    """``x`` and ``width`` are per cent of the song."""

    name: str
    start: float
    end: float
    x: float
    width: float
    is_guess: bool


@dataclass(frozen=True)
class Bar:
    """``x`` in per cent of the song, ``y`` and ``height`` in pixels."""

    x: float
    y: float
    height: float


@dataclass(frozen=True)
class SongShown:
    """The song as one picture: how strong it is, its sections, and where the film's shots change."""

    bars: tuple[Bar, ...]
    sections: tuple[SectionShown, ...]
    cuts: tuple[float, ...]
    facts: tuple[str, ...]


class JobCard:
    """A job in the list."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.title = job.title
        self.status = STATUS_WORDS[Status(job.status)]
        self.tag = TAGS[Status(job.status)]
        self.is_active = not job.is_final

    @cached_property
    def clips(self) -> list[ClipShown]:
        return [shown_clip(self.job, clip) for clip in self.job.clips.all()]

    @cached_property
    def film(self) -> Film | None:
        return max(self.job.films.all(), key=lambda film: film.number, default=None)

    @property
    def poster(self) -> str:
        """The film's picture, else that of the first clip there is."""
        if self.job.files_removed_at is not None:
            return ""
        if self.film is not None:
            return f"{reverse('pipeline:poster', args=(self.job.pk,))}?film={self.film.number}"
        return next((clip.poster for clip in self.clips if clip.poster), "")

    @property
    def ready(self) -> int:
        return sum(clip.is_ready for clip in self.clips)

    @property
    def doing(self) -> str:
        """What it is at: “Shooting, 3 of 8”."""
        if self.job.status == Status.QUEUED:
            return "In line"
        stage = current_stage(list(self.job.stages.all()))
        if stage is not None and stage.name == "video_generator" and self.clips:
            return f"{TITLES[stage.name]}, {self.ready} of {len(self.clips)}"
        return TITLES[stage.name] if stage else STATUS_WORDS[Status(self.job.status)]

    @cached_property
    def remaining_s(self) -> float | None:
        """A few queries."""
        return estimate.remaining_s(self.job)

    @property
    def left(self) -> str:
        return time_left(self.remaining_s)

    @property
    def shape(self) -> str:
        """The class of its picture: tall, square, or nothing for a wide one."""
        return {"9:16": "tall", "1:1": "square"}.get(self.job.aspect, "")

    @property
    def about(self) -> str:
        job = self.job
        if job.status == Status.FAILED:
            return job.error
        if job.status == Status.CANCELLED:
            return f"Stopped at {job.progress} %"
        return f"{len(self.clips)} clips" if self.clips else ""


class FilmStrip(JobCard):
    """The newest film of a track in one line: how far it is, some of its pictures."""

    @property
    def state(self) -> str:
        """“clip 4 of 8 · about 2 min left”, “Ready · 3:24”."""
        if self.is_active:
            return " · ".join(part for part in (self._at, self.left) if part)
        if self.film is not None:
            return f"{self.status} · {as_clock(self.film.duration_s)}"
        return self.about or self.status

    @property
    def _at(self) -> str:
        stage = current_stage(list(self.job.stages.all()))
        if self.clips and stage is not None and stage.name == "video_generator":
            return f"clip {min(self.ready + 1, len(self.clips))} of {len(self.clips)}"
        return self.doing


class TrackFilms:
    """The films of a track, those being made first; nothing of what others made."""

    def __init__(self, track: Track, user: Any) -> None:
        self.track = track
        self._jobs = with_pictures(Job.objects.visible_to(user).of_track(track))

    @cached_property
    def active(self) -> list[JobCard]:
        return [JobCard(job) for job in self._jobs.active()]

    @cached_property
    def ended(self) -> list[JobCard]:
        return [JobCard(job) for job in self._jobs.ended()[:FILMS_SHOWN]]

    @property
    def newest(self) -> FilmStrip | None:
        job = self._jobs.first()
        return FilmStrip(job) if job else None


class JobPage(JobCard):
    """Everything the page of one job shows. ``since`` is the newest event it knows of."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        # First, so that what happens while the rest is read is told again, not lost.
        self.since = events.latest(job.channel)
        self._rows: list[Stage] = list(job.stages.all())

    @cached_property
    def stages(self) -> list[StageShown]:
        return [
            StageShown(
                row.name,
                TITLES[row.name],
                row.status,
                100 if row.status == Work.DONE else round(row.share * 100),
                row.duration_s,
            )
            for row in self._rows
        ]

    @property
    def stage(self) -> StageShown | None:
        """What is being done now, or is next."""
        return next((s for s in self.stages if s.state != Work.DONE), None)

    @property
    def notes(self) -> list[str]:
        """What the stages had to say, but for the words not understood: the sentence shows those."""
        said = [str(note) for row in self._rows for note in row.notes]
        return [note for note in dict.fromkeys(said) if not note.startswith("Not understood")]

    @cached_property
    def audio(self) -> AudioData | None:
        kept = self._output("audio_parser")
        return AudioData.model_validate(kept) if kept else None

    @cached_property
    def plan(self) -> Plan | None:
        kept = self._output("scene_planner")
        return Plan.model_validate(kept) if kept else None

    def _output(self, name: str) -> object:
        done = (row for row in self._rows if row.name == name and row.status == Work.DONE)
        return next((row.output for row in done), None)

    @cached_property
    def clips(self) -> list[ClipShown]:
        rows = list(self.job.clips.all())
        if self.plan is None:
            return [shown_clip(self.job, clip) for clip in rows]
        transitions = {change.from_clip: change for change in self.plan.transitions}
        return [
            shown_clip(
                self.job,
                clip,
                script=_script(clip, self.plan.clip_scripts),
                transition=transitions.get(clip.index),
            )
            for clip in rows
        ]

    @cached_property
    def place(self) -> int:
        return estimate.place_in_line(self.job)

    @property
    def is_tall(self) -> bool:
        return self.job.aspect == "9:16"

    @property
    def has_files(self) -> bool:
        return self.job.files_removed_at is None

    @property
    def earlier_films(self) -> list[Film]:
        return sorted(self.job.films.all(), key=lambda film: -film.number)[1:]

    @cached_property
    def song(self) -> SongShown | None:
        return shown_song(self.audio, self.plan) if self.audio else None

    @cached_property
    def sentence(self) -> list[tuple[str, str]]:
        """The sentence in pieces: text, and what kind of word it was understood as ("", "unknown")."""
        reading = self.plan.reading if self.plan else None
        if reading is None or reading.prompt != self.job.prompt:
            return [(self.job.prompt, "")]
        kinds = {w: KINDS.get(kind, kind) for kind, ws in reading.understood.items() for w in ws}
        kinds |= dict.fromkeys(reading.not_understood, "unknown")
        return list(_pieces(self.job.prompt, kinds))

    @property
    def has_theme(self) -> bool:
        return self.plan is not None

    @property
    def cost(self) -> str:
        return f"${self.job.spent_micros / MICROS:.2f}"

    @property
    def next_seed(self) -> int:
        return self.job.seed + 1

    @property
    def quality(self) -> dict[str, object]:
        return self.film.report.get("quality", {}) if self.film else {}


def shown_clip(
    job: Job,
    clip: Clip,
    *,
    script: ClipScript | None = None,
    transition: Transition | None = None,
) -> ClipShown:
    takes = tuple(_take(job, clip, take) for take in clip.takes.all())
    return ClipShown(
        index=clip.index,
        status=clip.status,
        percent=round(clip.share * 100),
        take=next((take for take in takes if take.is_current), None),
        takes=takes,
        script=script,
        transition=transition,
        lyric=script.lyrics_context if script else "",
    )


def _take(job: Job, clip: Clip, take: Take) -> TakeShown:
    place, mark = (job.pk, clip.index, take.number), f"?v={take.fingerprint[:12]}"
    return TakeShown(
        number=take.number,
        is_current=take.number == clip.take,
        is_made=bool(take.file),
        poster=reverse("pipeline:clip_poster", args=place) + mark,
        video=reverse("pipeline:clip_video", args=place) + mark,
    )


def _script(clip: Clip, scripts: Sequence[ClipScript]) -> ClipScript | None:
    """The script of the clip's current take, else the director's."""
    for take in clip.takes.all():
        if take.number == clip.take and take.script:
            return ClipScript.model_validate(take.script)
    return scripts[clip.index] if clip.index < len(scripts) else None


def current_stage(stages: Sequence[Stage]) -> Stage | None:
    return next((stage for stage in stages if stage.status != Work.DONE), None)


def time_left(seconds: float | None) -> str:
    """“about 2 min left”, coarse enough to be true."""
    if seconds is None:
        return ""
    if seconds < 8:
        return "a few seconds left"
    if seconds < 55:
        return f"about {max(10, round(seconds / 5) * 5)} s left"
    return f"about {max(1, round(seconds / 60))} min left"


def shown_song(audio: AudioData, plan: Plan | None) -> SongShown:
    scale = 100 / max(audio.duration, 0.001)
    sections = tuple(
        SectionShown(
            name="break" if section.type == "instrumental" else section.type,
            start=section.start,
            end=section.end,
            x=round(section.start * scale, 2),
            width=round((section.end - section.start) * scale, 2),
            is_guess=section.likely,
        )
        for section in audio.song_structure
    )
    cuts = tuple(round(s.start * scale, 2) for s in plan.clip_scripts[1:]) if plan else ()
    return SongShown(tuple(_bars(audio)), sections, cuts, _facts(audio))


def _bars(audio: AudioData) -> Iterator[Bar]:
    beats, energy = audio.beat_timestamps, audio.beat_features.energy
    beat = 0
    for bar in range(BARS):
        at = (bar + 0.5) / BARS * audio.duration
        while beat + 1 < len(beats) and beats[beat + 1] <= at:
            beat += 1
        level = energy[beat] if beat < len(energy) and beats[0] <= at else 0.0
        height = round(4 + level * (BAR_MOST_PX - 4), 1)
        yield Bar(round(bar * 100 / BARS, 2), round(8 + (BAR_MOST_PX - height) / 2, 1), height)


def _facts(audio: AudioData) -> tuple[str, ...]:
    facts = [f"{audio.bpm:.0f} BPM"]
    if audio.key is not None:
        facts.append(f"{audio.key.tonic} {audio.key.mode}")
    facts.append(f"{audio.mood.primary}, {audio.mood.secondary}".strip(", "))
    if audio.metre != 4:
        facts.append(f"{audio.metre} beats a bar")
    return tuple(facts)


def _pieces(sentence: str, kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not kinds:
        yield sentence, ""
        return
    words = {re.sub(r"[\s\-]+", " ", word).lower(): kind for word, kind in kinds.items()}
    longest_first = sorted(words, key=len, reverse=True)
    either = "|".join(re.escape(word).replace(r"\ ", r"[\s\-]+") for word in longest_first)
    last = 0
    for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", sentence, re.IGNORECASE):
        if match.start() > last:
            yield sentence[last : match.start()], ""
        yield match.group(), words.get(re.sub(r"[\s\-]+", " ", match.group()).lower(), "")
        last = match.end()
    if last < len(sentence):
        yield sentence[last:], ""


def _once(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple({reason.text: reason for reason in reasons}.values())


def theme(plan: Plan) -> str:
    """A stylesheet that lends the page the film's own colours.

    Only the hue is taken, at the house's lightness, so that every text keeps its contrast.
    """
    *_, glow, key = plan.style.color_palette
    light = max((oklch.from_hex(glow), oklch.from_hex(key)), key=lambda colour: colour.chroma)
    ground = oklch.from_hex(plan.style.color_palette[1])
    accent = oklch.Lch(0.82, min(0.13, max(0.05, light.chroma)), light.hue)
    return theme_between(ground.hue, accent, ground.chroma / 4).css()
