"""Stored files in an S3 bucket. The only module that knows boto3; loaded where a bucket is named."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
)
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from casset.lib.errors import CassetError
from casset.web.health import Finding
from casset.web.storage.cache import Cache
from casset.web.storage.faults import FilesRefused, FilesUnreachable, missing

log = logging.getLogger(__name__)

PUBLIC_URL_S = 3600  # what everybody may see: found again in a browser's cache for half of it
_GONE = {"404", "NoSuchKey", "NotFound"}
_REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class Bucket(S3Storage):  # type: ignore[misc]
    """One private bucket. Clients are shared by the threads of a process, as boto3 allows: making
    one takes tens of milliseconds, and under ASGI each request has a thread of its own."""

    def __init__(self, **options: Any) -> None:
        style = options.get("addressing_style")
        super().__init__(
            client_config=Config(
                # The policy of the pages names the host (``settings``): no choice of botocore's own.
                s3={"addressing_style": style, "us_east_1_regional_endpoint": "legacy"},
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=20,
                retries={"mode": "standard", "total_max_attempts": 3},
                max_pool_connections=32,
                # Checksums in trailers are not understood by every server that speaks S3.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            transfer_config=TransferConfig(
                multipart_threshold=32 * 2**20, multipart_chunksize=16 * 2**20, max_concurrency=4
            ),
            **options,
        )
        self._making = threading.Lock()
        self._made: tuple[int, Any] | None = None  # by which process, and what
        self._cache = Cache(settings.CACHE_DIR / "files", settings.FILES_CACHE_MAX_BYTES)

    @property
    def connection(self) -> Any:
        with self._making:
            if self._made is None or self._made[0] != os.getpid():
                made = self._create_session().resource(
                    "s3",
                    region_name=self.region_name,
                    endpoint_url=self.endpoint_url,
                    config=self.client_config,
                )
                self._made = os.getpid(), made
            return self._made[1]

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def keep(self, name: str, path: Path, content_type: str | None) -> None:
        params = self._get_write_parameters(name, _Typed(content_type))
        with _translated(name):
            self._client.upload_file(
                str(path), self.bucket_name, name, ExtraArgs=params, Config=self.transfer_config
            )

    def keep_bytes(self, name: str, data: bytes, content_type: str | None) -> None:
        params = self._get_write_parameters(name, _Typed(content_type))
        with _translated(name):
            self._client.put_object(Bucket=self.bucket_name, Key=name, Body=data, **params)

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        with _translated(name):
            head = self._client.head_object(Bucket=self.bucket_name, Key=name)
        version = hashlib.sha256(head["ETag"].encode()).hexdigest()[:24]
        with self._cache.held(name, version, lambda part: self._fetch(name, head, part)) as path:
            yield path

    def _fetch(self, name: str, head: dict[str, Any], part: Path) -> None:
        with _translated(name):
            self._client.download_file(
                self.bucket_name, name, str(part), Config=self.transfer_config
            )
        if part.stat().st_size != head["ContentLength"]:  # replaced meanwhile, or cut off
            raise FilesUnreachable

    def read_bytes(self, name: str) -> bytes:
        with _translated(name):
            found: bytes = self._client.get_object(Bucket=self.bucket_name, Key=name)["Body"].read()
            return found

    def has(self, name: str) -> bool:
        try:
            with _translated(name):
                self._client.head_object(Bucket=self.bucket_name, Key=name)
        except CassetError as error:
            if error.code == "NOT_FOUND":
                return False
            raise
        return True

    def size_of(self, name: str) -> int:
        with _translated(name):
            head = self._client.head_object(Bucket=self.bucket_name, Key=name)
            return int(head["ContentLength"])

    def remove(self, name: str) -> None:
        with _translated(name):
            self._client.delete_object(Bucket=self.bucket_name, Key=name)

    def remove_all(self, prefix: str) -> None:
        with _translated(prefix):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=f"{prefix}/"):
                keys = [{"Key": found["Key"]} for found in page.get("Contents", ())]
                if not keys:
                    continue
                answer = self._client.delete_objects(
                    Bucket=self.bucket_name, Delete={"Objects": keys, "Quiet": True}
                )
                if answer.get("Errors"):
                    log.warning("not removed below %s: %s", prefix, answer["Errors"][:3])
                    raise FilesUnreachable

    def send(
        self, request: HttpRequest, name: str, content_type: str, cache: str, download_as: str
    ) -> HttpResponseBase:
        if not self.has(name):
            raise Http404
        is_public = cache.startswith("public")
        with _translated(name):
            url = self.url(
                name,
                parameters={
                    "ResponseContentType": content_type,
                    "ResponseCacheControl": cache,
                    "ResponseContentDisposition": content_disposition_header(
                        bool(download_as), download_as
                    )
                    or "inline",
                },
                expire=PUBLIC_URL_S if is_public else settings.S3_URL_SECONDS,
                # A signature holds for one method.
                http_method="HEAD" if request.method == "HEAD" else "GET",
            )
        answer = HttpResponseRedirect(url)
        answer["Cache-Control"] = f"public, max-age={PUBLIC_URL_S // 2}" if is_public else cache
        return answer

    def check(self) -> Finding:
        began = time.monotonic()
        try:
            with _translated(self.bucket_name):
                self._client.head_bucket(Bucket=self.bucket_name)
        except FilesUnreachable:
            return Finding(False, "the bucket does not answer")
        except CassetError:
            return Finding(False, "the bucket does not let us in")
        return Finding(True, f"the bucket answers in {1000 * (time.monotonic() - began):.0f} ms")

    def sweep(self) -> int:
        return self._cache.sweep()


class _Typed:
    """What django-storages asks for a file's type."""

    def __init__(self, content_type: str | None) -> None:
        self.content_type = content_type


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Errors of S3 as ours; what it said goes to the log."""
    try:
        yield
    except ClientError as error:
        raise _of_answer(name, error) from error
    except Boto3Error as error:  # a transfer that failed has the answer behind it
        if isinstance(error.__context__, ClientError):
            raise _of_answer(name, error.__context__) from error
        log.warning("the bucket could not take or give %s: %s", name, error)
        raise FilesUnreachable from error
    except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
        log.warning("the bucket does not answer (%s): %s", name, error)
        raise FilesUnreachable from error
    except BotoCoreError as error:  # no keys, a wrong region, a malformed address
        log.error("the bucket cannot be asked (%s): %s", name, error)  # noqa: TRY400
        raise FilesRefused from error


def _of_answer(name: str, error: ClientError) -> CassetError:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _GONE:
        return missing(name)
    if status in _REFUSALS:
        log.error("the bucket refused %s: %s", name, error)
        return FilesRefused()
    log.warning("the bucket could not serve %s: %s", name, error)
    return FilesUnreachable()
