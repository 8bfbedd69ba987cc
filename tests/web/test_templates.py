"""Promises that hold for every template and every static file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template
from django.test import Client, override_settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path
    for folder in (ROOT / "templates", ROOT / "casset", ROOT / "pipeline")
    for path in folder.rglob("templates/**/*.html" if folder.name != "templates" else "*.html")
)
STYLES = sorted((ROOT / "static").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)(?![^>]*application/json)",
    re.IGNORECASE,
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_has_inline_script_or_style(path: Path) -> None:
    found = INLINE.search(path.read_text())
    assert found is None, f"{found.group()!r} would be refused by the policy" if found else ""


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_writes_markup_or_style_attributes_from_text(path: Path) -> None:
    assert not re.search(
        r"\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|setAttribute\(\s*[\"'](style|on)",
        path.read_text(),
    )


def test_every_icon_that_is_used_exists() -> None:
    sprite = (ROOT / "static" / "icons.svg").read_text()
    there = set(re.findall(r'<symbol id="([a-z-]+)"', sprite))
    used = {
        name
        for path in TEMPLATES
        for name in re.findall(r"{%\s*icon\s+[\"']([^\"']+)", path.read_text())
    }
    assert used
    assert used <= there


def test_raw_colours_stand_in_the_tokens_only() -> None:
    for path in STYLES:
        if path.name != "tokens.css":
            assert not re.search(
                r"#[0-9a-fA-F]{3,8}\b(?![^{]*{)|rgba?\(|hsla?\(", path.read_text()
            ), path.name


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS], ids=name_of)
def test_files_of_the_pages_stay_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 600


def test_static_files_get_hashed_names_and_modules_find_each_other(tmp_path: Path) -> None:
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "casset.web.static_storage.HashedStaticFiles"}
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        page = get_template("404.html").render()
    (module,) = (tmp_path / "js").glob("page.????????????.js")
    imported = re.search(r'from "\./(toast\.[0-9a-f]{12}\.js)"', module.read_text())
    assert imported
    assert (tmp_path / "js" / imported.group(1)).exists()
    (tokens,) = (tmp_path / "css").glob("tokens.????????????.css")
    assert re.search(r"archivo\.[0-9a-f]{12}\.woff2", tokens.read_text())
    assert f"/static/js/{module.name}" in page
    assert re.search(r"/static/icons\.[0-9a-f]{12}\.svg#logo", page)


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/account/sign-in/",
        "/nowhere/",
        "/api/",
        "/api/v1/schema/",
        "/admin/login/",
        "/healthz",
    ],
)
def test_every_answer_carries_the_policy_without_exceptions(client: Client, address: str) -> None:
    sent = client.get(address)["Content-Security-Policy"]
    assert set(sent.split("; ")) == set(POLICY.split("; "))
