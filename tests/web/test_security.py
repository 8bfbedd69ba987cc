"""What a production site must say and must not say."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings

from casset.web import logs
from tests.web.serving import Site


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DEBUG"}  # noqa: TID251
    return subprocess.run(
        [sys.executable, *arguments],
        env={**kept, "DJANGO_SETTINGS_MODULE": "casset.settings", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_production_settings_pass_django_s_check_and_sentry_is_not_even_imported():
    done = manage(
        "-c",
        "import sys, django; django.setup();"
        "from django.core.management import call_command;"
        "call_command('check', '--deploy', '--fail-level', 'WARNING');"
        "assert not [m for m in sys.modules if m.startswith('sentry_sdk')]",
        SITE_URL="https://casset.example",
        SECRET_KEY="k3y-of-many-letters" * 4,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout, done.stdout + done.stderr


def answer(site: Site, path: str, **headers: str) -> SimpleNamespace:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        got = connection.getresponse()
        got.read()
        return SimpleNamespace(status=got.status, headers=got.headers)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/account/sign-in/", 200),
        ("/nowhere", 404),
        ("/static/css/casset.css", 200),
        ("/api/v1/jobs", 401),
        ("/events/", 400),
        ("/healthz", 200),
    ],
)
def test_every_kind_of_answer_has_the_headers_that_keep_browsers_safe(
    site: Site, path: str, status: int
) -> None:
    got = answer(site, path)
    assert got.status == status
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }.items():
        assert got.headers.get_all(name) == [value], name
    assert "camera=()" in got.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in got.headers
    assert "Server" not in got.headers
    if "text/html" in got.headers.get("Content-Type", ""):
        policy = got.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_hsts_is_said_only_over_https(client, settings):
    settings.SECURE_HSTS_SECONDS = 100
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    assert "Strict-Transport-Security" in client.get("/healthz", secure=True).headers


def test_a_report_to_sentry_says_where_and_nothing_that_people_wrote(tmp_path):
    code = """
import json, sys, django
from django.conf import settings
django.setup()
import sentry_sdk
from sentry_sdk.transport import Transport
from casset.lib.errors import CassetError
from casset.web import logs, reporting

sent = []
class Keep(Transport):
    def capture_envelope(self, envelope):
        sent.extend(item.payload.json for item in envelope.items)

reporting.start(Keep())
from django.test import Client
from django.urls import path
from types import ModuleType
def breaks(request):
    prompt = "a very private sentence"
    raise RuntimeError("broke for mara@example.com " + str(len(prompt)))
def expected(request):
    raise CassetError("Say it otherwise.")
sys.modules["few_urls"] = urls = ModuleType("few_urls")
urls.urlpatterns = [path("breaks", breaks), path("expected", expected)]
urls.handler500 = "casset.web.views.broken"
settings.ROOT_URLCONF = "few_urls"
client = Client(raise_request_exception=False)
with logs.bound(request_id="r-12345678", job_id="j-1"):
    client.post("/breaks?q=private", {"prompt": "a very private sentence"},
                headers={"Authorization": "Bearer abcdefabcdefabcdefabcdef", "Cookie": "sessionid=s3cret"})
    client.get("/expected")
sentry_sdk.flush()
print(json.dumps(sent))
"""
    done = manage(
        "-c",
        code,
        SENTRY_DSN="https://key@127.0.0.1/1",
        CASSET_VAR=str(tmp_path),
        ALLOWED_HOSTS="testserver",
        DEBUG="1",
    )
    assert done.returncode == 0, done.stderr
    (report,) = json.loads(done.stdout.splitlines()[-1])
    assert report["exception"]["values"][-1]["value"] == "broke for …@… 23"
    assert report["tags"]["request_id"] == "r-12345678"
    assert report["tags"]["job_id"] == "j-1"
    assert set(report["request"]) <= {"method", "url"}
    text = json.dumps(
        {name: value for name, value in report.items() if name not in {"exception", "modules"}}
    )
    for private in ("private", "s3cret", "abcdefabc", "mara"):
        assert private not in text
    assert not any(
        "vars" in frame
        for value in report["exception"]["values"]
        for frame in value["stacktrace"]["frames"]
    )


def test_covering_leaves_ordinary_words_alone():
    said = "clip 3 of job 4052f005-b286-4a9d-bf76-320358f59b64 took 12.5 s"
    assert logs.covered(said) == said
